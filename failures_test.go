package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const (
	messageFailed        = "Logto failed to answer. Try again later."
	messageUnreachable   = "Logto can't be reached. Try again later."
	messageUnusable      = "Logto gave an answer that can't be used. Try again later."
	messageMisconfigured = "The server is not set up correctly: Logto refuses its credentials. Only its operator can mend this."
	messageInternal      = "An internal error has happened and was logged."
	messageTooMany       = "There were too many requests. Wait before you try again."
)

// failure is an error of an answer as it should be. The field's place in the
// document is that of its name after the last dot of where, first found.
func failure(document, where, code, message string, path ...any) object {
	at := strings.Index(document, where) + strings.LastIndex(where, " ") + 1
	line := strings.Count(document[:at], "\n") + 1
	column := at - strings.LastIndex(document[:at], "\n")
	return object{
		"message": message, "path": path, "extensions": object{"code": code},
		"locations": []any{object{"line": float64(line), "column": float64(column)}},
	}
}

// wantFailures sends the document as alice. It compares a whole answer with one that went well, in which edit
// made null what has failed.
func (w *world) wantFailures(document string, before any, edit func(data object), failures ...object) {
	w.t.Helper()
	want := decode(w.t, encode(w.t, before)).(object)
	edit(want["data"].(object))
	listed := []any{}
	for _, f := range failures {
		listed = append(listed, decode(w.t, encode(w.t, f)))
	}
	want["errors"] = listed
	got := decode(w.t, w.query(w.token("alice"), document, nil).body).(object)
	for _, answer := range []object{want, got} {
		errors, _ := answer["errors"].([]any)
		slices.SortFunc(errors, func(a, b any) int { return strings.Compare(encode(w.t, a), encode(w.t, b)) })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestFailedCallCostsItsFieldAlone(t *testing.T) {
	t.Parallel()
	document := settingsQuery(t)
	for field, path := range map[string]string{
		"personalAccessTokens":   "personal-access-tokens",
		"mfaVerifications":       "mfa-verifications",
		"sessions":               "sessions",
		"authorizedApplications": "grants",
		"organizations":          "organizations",
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			before := decode(t, w.query(w.token("alice"), document, nil).body)
			w.logto.Fail(fault{Path: "/api/users/{userId}/" + path, Status: http.StatusInternalServerError, Times: 2})
			w.wantFailures(document, before, func(data object) { data["me"].(object)[field] = nil },
				failure(document, "    "+field, "UPSTREAM_UNAVAILABLE", messageFailed, "me", field))
		})
	}
}

func TestFailedThirdPartyCallCostsItsFieldAlone(t *testing.T) {
	t.Parallel()
	document := settingsQuery(t)
	w, p := newProxiedWorld(t)
	before := decode(t, w.query(w.token("alice"), document, nil).body)
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.RawQuery == "appType=thirdParty" {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(rw, r)
	})
	var failures []object
	for i := range 3 {
		failures = append(failures, failure(document, "isThirdParty", "UPSTREAM_UNAVAILABLE", messageFailed,
			"me", "authorizedApplications", i, "isThirdParty"))
	}
	w.wantFailures(document, before, func(data object) {
		for _, application := range data["me"].(object)["authorizedApplications"].([]any) {
			application.(object)["isThirdParty"] = nil
		}
	}, failures...)
}

func TestFailedHasPasswordCallCostsWhatNeedsIt(t *testing.T) {
	t.Parallel()
	const document = `{ me { name hasPassword stepUpMethods primaryEmailRemovable { allowed } } }`
	w := newWorld(t, nil)
	w.logto.OmitHasPassword(true)
	before := decode(t, w.query(w.token("alice"), document, nil).body)
	w.logto.Fail(fault{Path: "/api/users/{userId}/has-password", Status: http.StatusInternalServerError})
	fields := []string{"hasPassword", "stepUpMethods", "primaryEmailRemovable"}
	var failures []object
	for _, field := range fields {
		failures = append(failures, failure(document, field, "UPSTREAM_UNAVAILABLE", messageFailed, "me", field))
	}
	w.wantFailures(document, before, func(data object) {
		for _, field := range fields {
			data["me"].(object)[field] = nil
		}
	}, failures...)
}

func TestFailedTenantCallCostsWhatNeedsIt(t *testing.T) {
	t.Parallel()
	const document = `{ me { name stepUpMethods primaryEmailRemovable { allowed } identities { target removable { allowed } } }
accountSettings { passwordPolicy { minLength } usernamePolicy { minLength } mfaFactors mfaRequired socialConnectors { id } fields { field } } }`
	w := newWorld(t, nil)
	before := decode(t, w.query(w.token("alice"), document, nil).body)
	w.advance(time.Hour)
	w.logto.Fail(fault{Path: "/api/sign-in-exp", Status: http.StatusInternalServerError, Times: 100})
	var failures []object
	fail := func(where string, path ...any) {
		failures = append(failures, failure(document, where, "UPSTREAM_UNAVAILABLE", messageFailed, path...))
	}
	fail("primaryEmailRemovable", "me", "primaryEmailRemovable")
	fail("target removable", "me", "identities", 0, "removable")
	fail("target removable", "me", "identities", 1, "removable")
	for _, field := range []string{"passwordPolicy", "usernamePolicy", "mfaFactors", "mfaRequired"} {
		fail(field, "accountSettings", field)
	}
	w.wantFailures(document, before, func(data object) {
		me, settings := data["me"].(object), data["accountSettings"].(object)
		me["primaryEmailRemovable"] = nil
		for _, identity := range me["identities"].([]any) {
			identity.(object)["removable"] = nil
		}
		for _, field := range []string{"passwordPolicy", "usernamePolicy", "mfaFactors", "mfaRequired"} {
			settings[field] = nil
		}
	}, failures...)
}

// TestFaults gives every way in which Logto can fail to a part of me and to the
// user himself.
func TestFaults(t *testing.T) {
	t.Parallel()
	const marker = "m4rk3r"
	body := object{"code": "auth.unauthorized", "message": marker, "data": object{"payload": object{"sub": marker}}}
	for _, test := range []struct {
		name          string
		fault         fault
		code, message string
	}{
		{"500", fault{Status: 500, Body: object{"message": marker}}, "UPSTREAM_UNAVAILABLE", messageFailed},
		{"503 in plain text, thrice", fault{Status: 503, Body: marker, Times: 3}, "UPSTREAM_UNAVAILABLE", messageFailed},
		{"429", fault{Status: 429, Body: object{"code": "request.limited", "message": marker}}, "RATE_LIMITED", messageTooMany},
		{"a proxy's page", fault{Failure: logtotest.AnswerGarbage}, "UPSTREAM_UNAVAILABLE", messageUnusable},
		{"a truncated body", fault{Failure: logtotest.TruncateBody}, "UPSTREAM_UNAVAILABLE", messageUnreachable},
		{"too large a body", fault{Failure: logtotest.AnswerOversized}, "UPSTREAM_UNAVAILABLE", messageUnusable},
		{"a reset connection", fault{Failure: logtotest.ResetConnection, Times: 10}, "UPSTREAM_UNAVAILABLE", messageUnreachable},
		{"another shape", fault{Status: 200, Body: []any{marker}}, "UPSTREAM_UNAVAILABLE", messageUnusable},
		{"null", fault{Status: 200, Body: "null"}, "UPSTREAM_UNAVAILABLE", messageUnusable},
		{"a refused management token, twice", fault{Status: 401, Body: body, Times: 2}, "UPSTREAM_MISCONFIGURED", messageMisconfigured},
		{"no permission", fault{Status: 403, Body: object{"code": "auth.forbidden", "message": marker}}, "UPSTREAM_MISCONFIGURED", messageMisconfigured},
		{"a refusal without a code", fault{Status: 400, Body: object{"message": marker}}, "INTERNAL", messageInternal},
		{"a redirect", fault{Status: 302}, "INTERNAL", messageInternal},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			const document = `{ me { name sessions { uid: id } } }`
			w := newWorld(t, nil)
			before := decode(t, w.query(w.token("alice"), document, nil).body)
			test.fault.Path = "/api/users/{userId}/sessions"
			w.logto.Fail(test.fault)
			w.wantFailures(document, before, func(data object) { data["me"].(object)["sessions"] = nil },
				failure(document, "sessions", test.code, test.message, "me", "sessions"))

			w.logto.ClearFaults() // Go repeats reads on a connection that breaks, so a reset may be needed several times.
			test.fault.Path = "/api/users/{userId}"
			w.logto.Fail(test.fault)
			w.wantFailures(document, before, func(data object) { data["me"] = nil },
				failure(document, "me", test.code, test.message, "me"))
			log := w.log.String()
			if strings.Contains(log, marker) {
				t.Errorf("the log repeats what Logto said:\n%s", log)
			}
			for line := range strings.Lines(log) {
				if strings.Contains(line, "UPSTREAM_MISCONFIGURED") && !strings.Contains(line, "LOGTO_") {
					t.Errorf("the log doesn't tell the operator what to mend:\n%s", line)
				}
			}
		})
	}
}

func TestRefusedManagementTokenIsRenewedUnseen(t *testing.T) {
	t.Parallel()
	const document = `{ me { name sessions { ip } } }`
	w := newWorld(t, nil)
	before := w.ask(w.token("alice"), document, nil)
	w.logto.Fail(fault{Path: "/api/users/{userId}", Status: http.StatusUnauthorized, Body: object{"code": "auth.unauthorized"}})
	if diff := cmp.Diff(before, w.ask(w.token("alice"), document, nil)); diff != "" {
		t.Errorf("answer (-before +after):\n%s", diff)
	}
}

// TestWaitIsAdvised passes Logto's Retry-After on, as a header too where nothing
// at all can be answered.
func TestWaitIsAdvised(t *testing.T) {
	t.Parallel()
	const document = `{ me { name sessions { uid: id } } }`
	w, p := newProxiedWorld(t)
	before := decode(t, w.query(w.token("alice"), document, nil).body)
	refuse := func(path string) {
		p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, path) {
				rw.Header().Set("Retry-After", "17")
				rw.WriteHeader(http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(rw, r)
		})
	}
	limited := func(where string, path ...any) object {
		f := failure(document, where, "RATE_LIMITED", messageTooMany, path...)
		f["extensions"].(object)["retryAfterSeconds"] = 17
		return f
	}
	refuse("/sessions")
	w.wantFailures(document, before, func(data object) { data["me"].(object)["sessions"] = nil }, limited("sessions", "me", "sessions"))
	if got := w.query(w.token("alice"), document, nil).header.Get("Retry-After"); got != "" {
		t.Errorf("Retry-After of an answer with data: got %q", got)
	}
	refuse(w.id("alice"))
	w.wantFailures(document, before, func(data object) { data["me"] = nil }, limited("me", "me"))
	if got := w.query(w.token("alice"), document, nil).header.Get("Retry-After"); got != "17" {
		t.Errorf("Retry-After of an answer without data: got %q", got)
	}
}
