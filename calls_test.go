package main

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The calls of the Management API by the part of the account that takes them.
const (
	callUser          = "GET /api/users/{alice}?includeSsoIdentities=true"
	callHasPassword   = "GET /api/users/{alice}/has-password"
	callTokens        = "GET /api/users/{alice}/personal-access-tokens"
	callFactors       = "GET /api/users/{alice}/mfa-verifications"
	callSessions      = "GET /api/users/{alice}/sessions"
	callGrants        = "GET /api/users/{alice}/grants"
	callThirdParty    = "GET /api/users/{alice}/grants?appType=thirdParty"
	callOrganizations = "GET /api/users/{alice}/organizations"
	callExperience    = "GET /api/sign-in-exp"
	callConnectors    = "GET /api/connectors"
)

func TestCallsOfAQuery(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, query string
		want        []string
	}{
		{"the id alone", `{ me { id } }`, nil},
		{"the id under other names", `query { a: me { mine: id __typename } b: me { ...F } } fragment F on User { id }`, nil},
		{"nothing", `{ __typename me @skip(if: true) { name } }`, nil},
		{"a plain field", `{ me { username } }`, []string{callUser}},
		{
			"everything of the user's own record",
			`{ me { id username primaryEmail primaryPhone usernameRemovable { allowed } primaryEmailRemovable { allowed }
			  primaryPhoneRemovable { allowed } name avatar profile { nickname address { country } } customData hasPassword
			  stepUpMethods isSuspended identities { id removable { allowed } } ssoIdentities { id } createdAt updatedAt lastSignInAt } }`,
			[]string{callUser},
		},
		{"tokens", `{ me { personalAccessTokens { name } } }`, []string{callUser, callTokens}},
		{"factors", `{ me { mfaVerifications { id } } }`, []string{callUser, callFactors}},
		{"sessions", `{ me { sessions { id } } }`, []string{callUser, callSessions}},
		{"organizations", `{ me { organizations { id } } }`, []string{callUser, callOrganizations}},
		{"applications", `{ me { authorizedApplications { id name scopes } } }`, []string{callUser, callGrants}},
		{"whose they are", `{ me { authorizedApplications { isThirdParty } } }`, []string{callUser, callGrants, callThirdParty}},
		{
			"whose they are, under an alias", `{ me { a: authorizedApplications { id } b: authorizedApplications { is: isThirdParty } } }`,
			[]string{callUser, callGrants, callThirdParty},
		},
		{
			"whose they are, in fragments",
			`query { me { ...U } } fragment U on User { authorizedApplications { ... on AuthorizedApplication { ...A } } }
			fragment A on AuthorizedApplication { isThirdParty }`,
			[]string{callUser, callGrants, callThirdParty},
		},
		{
			"whose they are, left out by directives",
			`query ($no: Boolean = false, $yes: Boolean = true) { me { authorizedApplications { id isThirdParty @include(if: $no)
			  ... @skip(if: $yes) { x: isThirdParty } } } }`,
			[]string{callUser, callGrants},
		},
		{
			"parts left out by directives",
			`query ($no: Boolean = false, $yes: Boolean = true) { me { name sessions @include(if: $no) { id } organizations @skip(if: $yes) { id }
			  ...F @skip(if: $yes) mfaVerifications @include(if: $yes) { id } } } fragment F on User { personalAccessTokens { id } }`,
			[]string{callUser, callFactors},
		},
		{
			"the same twice",
			`{ a: me { sessions { id } s: sessions { ip } hasPassword identities { removable { allowed } } }
			  b: me { sessions { id } name personalAccessTokens { id } } c: me { id } }`,
			[]string{callUser, callSessions, callTokens},
		},
		{"the tenant's", `{ accountSettings { passwordPolicy { minLength } socialConnectors { id } fields { field } } }`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if answer := w.ask(w.token("alice"), test.query, nil); strings.Contains(answer, "errors") {
				t.Error(answer)
			}
			w.wantCalls(test.want...)
		})
	}
}

// wantCalls compares the calls since the last reset, in any order.
func (w *world) wantCalls(want ...string) {
	w.t.Helper()
	got := w.calls()
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		w.t.Errorf("Management API calls (-want +got):\n%s", diff)
	}
}

// TestCallsOverlap holds every call until all that the query needs are under way,
// which they never would be if one waited for another.
func TestCallsOverlap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, query string
		older       bool
		want        []string
	}{
		{
			name: "all parts", query: settingsQuery(t),
			want: []string{callUser, callTokens, callFactors, callSessions, callGrants, callThirdParty, callOrganizations},
		},
		{
			name: "two fields of the root", query: `{ a: me { sessions { id } } b: me { organizations { id } } }`,
			want: []string{callUser, callSessions, callOrganizations},
		},
		{
			name: "an older release", query: `{ me { hasPassword sessions { id } } }`, older: true,
			want: []string{callUser, callHasPassword, callSessions},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, p := newProxiedWorld(t)
			w.logto.OmitHasPassword(test.older)
			w.ask(w.token("alice"), `{ me { hasPassword } }`, nil) // Tells an older release.
			w.logto.ResetCalls()
			var arrived atomic.Int32
			all := make(chan struct{})
			p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				if int(arrived.Add(1)) == len(test.want) {
					close(all)
				}
				select {
				case <-all:
					next.ServeHTTP(rw, r)
				case <-r.Context().Done(): // The server gave up.
				}
			})
			if answer := w.ask(w.token("alice"), test.query, nil); strings.Contains(answer, "errors") {
				t.Error(answer)
			}
			w.wantCalls(test.want...)
		})
	}
}

func TestTenantIsFetchedOnceAMinute(t *testing.T) {
	t.Parallel()
	const query = `{ me { primaryEmailRemovable { allowed } stepUpMethods } accountSettings { mfaFactors socialConnectors { id } } }`
	w := newWorld(t, nil)
	users := []string{callUser, strings.ReplaceAll(callUser, "alice", "bob"), strings.ReplaceAll(callUser, "alice", "carol")}
	w.clock.advance(59 * time.Second)
	w.inParallel(1, query)
	w.wantCalls(users...)

	w.logto.ResetCalls()
	w.clock.advance(time.Second)
	w.inParallel(1, query)
	w.inParallel(1, query)
	w.wantCalls(append(slices.Concat(users, users), callExperience, callConnectors)...)
}

// TestTenantOutlivesAnOutage serves what is known for ten minutes, and what is
// new once Logto is back.
func TestTenantOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	const query = `{ accountSettings { mfaRequired socialConnectors { target } fields { field } } }`
	w := newWorld(t, nil)
	before := w.ask(w.token("alice"), query, nil)
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"mfa": object{"factors": []any{"Totp"}, "policy": "PromptAtSignInAndSignUpMandatory"}})
	w.logto.Fail(fault{Status: http.StatusServiceUnavailable, Times: 100})

	w.clock.advance(10*time.Minute - time.Second)
	if diff := cmp.Diff(before, w.ask(w.token("alice"), query, nil)); diff != "" {
		t.Errorf("after nearly ten minutes (-before +after):\n%s", diff)
	}
	w.clock.advance(time.Second)
	broken := w.ask(w.token("alice"), query, nil)
	for _, want := range []string{`"mfaRequired": null`, `"socialConnectors": null`, `"NAME"`} {
		if !strings.Contains(broken, want) {
			t.Errorf("after ten minutes there is no %s in %s", want, broken)
		}
	}
	w.logto.ClearFaults()
	if got := w.ask(w.token("alice"), query, nil); !strings.Contains(got, `"mfaRequired": true`) {
		t.Errorf("after the outage: %s", got)
	}
}

// TestOlderLogtoIsAskedApart where it keeps hasPassword at an endpoint of its
// own, until it is upgraded.
func TestOlderLogtoIsAskedApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token("alice")
	ask := func(query string) string {
		w.logto.ResetCalls()
		return w.ask(token, query, nil)
	}
	const query = `{ me { hasPassword stepUpMethods primaryEmailRemovable { allowed } } }`
	want := ask(query)
	w.logto.OmitHasPassword(true)
	for range 2 {
		if diff := cmp.Diff(want, ask(query)); diff != "" {
			t.Errorf("older release (-newer +older):\n%s", diff)
		}
		w.wantCalls(callUser, callHasPassword)
	}
	ask(`{ me { name } }`)
	w.wantCalls(callUser)

	w.logto.OmitHasPassword(false)
	ask(query)
	ask(query)
	w.wantCalls(callUser)
}
