package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const (
	tokenSelection  = "personalAccessToken { id name createdAt expiresAt isExpired } value errors { __typename code message path }"
	renameSelection = "personalAccessToken { id name createdAt expiresAt isExpired } errors { __typename code message path }"
	deleteSelection = "deletedName errors { __typename code message path }"
)

// storedTokens are Logto's own records of an account's tokens by name.
func (w *world) storedTokens(name string) map[string]object {
	w.t.Helper()
	stored := map[string]object{}
	for _, item := range w.manage(http.MethodGet, "/api/users/{"+name+"}/personal-access-tokens", nil).([]any) {
		stored[item.(object)["name"].(string)] = item.(object)
	}
	return stored
}

var noToken = []string{"personalAccessToken", "value"}

func TestPersonalAccessTokenLives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob, proof := w.token("bob"), w.presence("bob")
	begun := time.Now()
	answer := w.query(bob, mutation("createPersonalAccessToken", tokenSelection), object{"input": object{"name": "ci", "stepUpProof": proof}})
	ended := time.Now()
	stored := w.storedTokens("bob")["ci"]
	got := decode(t, strings.ReplaceAll(w.stable(answer.body), stored["value"].(string), "<value>"))
	shown := object{"id": "ci", "name": "ci", "createdAt": "<time>", "expiresAt": "<time>", "isExpired": false}
	want := object{"data": object{"createPersonalAccessToken": object{"personalAccessToken": shown, "value": "<value>", "errors": []any{}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	const year = 365 * 24 * time.Hour
	expiresAt := time.UnixMilli(int64(stored["expiresAt"].(float64)))
	if expiresAt.Before(begun.Add(year).Truncate(time.Millisecond)) || expiresAt.After(ended.Add(year)) {
		t.Errorf("expires at %v, want a year from %v", expiresAt, begun)
	}

	shown["id"], shown["name"] = "a/b? #1 50%", "a/b? #1 50%"
	w.wantPayload(bob, "renamePersonalAccessToken", renameSelection, object{"name": "ci", "newName": "a/b? #1 50%"},
		object{"personalAccessToken": shown, "errors": []any{}})
	if renamed := w.storedTokens("bob")["a/b? #1 50%"]; renamed["value"] != stored["value"] || renamed["expiresAt"] != stored["expiresAt"] {
		t.Errorf("the renamed token is %v", renamed)
	}
	w.wantPayload(bob, "deletePersonalAccessToken", deleteSelection, object{"name": "a/b? #1 50%"},
		object{"deletedName": "a/b? #1 50%", "errors": []any{}})
	if left := w.storedTokens("bob"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestPersonalAccessTokenNames lets each name live through everything that is done
// with a name.
func TestPersonalAccessTokenNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob, proof := w.token("bob"), w.presence("bob")
	for _, name := range []string{
		"a/b", "/", "..", "../../users", "?", "#", "%", "%2F", "50% off", " ", "  two  spaces ", "a\\b", "a\nb", `"quoted"`, "<script>",
		"ключ", "鍵", "مفتاح", "🔑", "e\u0301", "\u202egnp", "delete", strings.Repeat("k", 256), strings.Repeat("鍵", 256), strings.Repeat("🔑", 128),
	} {
		created := w.asked(bob, "createPersonalAccessToken", tokenSelection, object{"name": name, "stepUpProof": proof})
		listed := decode(t, w.query(bob, `{ me { personalAccessTokens { id name } } }`, nil).body).(object)["data"].(object)["me"]
		want := object{"personalAccessTokens": []any{object{"id": name, "name": name}}}
		if diff := cmp.Diff(want, listed); diff != "" || len(told(created)) > 0 {
			t.Errorf("%q is created with %v (-want +got):\n%s", name, told(created), diff)
		}
		away := w.asked(bob, "renamePersonalAccessToken", renameSelection, object{"name": name, "newName": "other"})
		back := w.asked(bob, "renamePersonalAccessToken", renameSelection, object{"name": "other", "newName": name})
		deleted := w.asked(bob, "deletePersonalAccessToken", deleteSelection, object{"name": name})
		if len(told(away))+len(told(back))+len(told(deleted)) > 0 || deleted["deletedName"] != name || len(w.storedTokens("bob")) > 0 {
			t.Errorf("%q is renamed with %v and %v, and deleted with %v", name, told(away), told(back), told(deleted))
		}
	}
}

func TestPersonalAccessTokenInput(t *testing.T) {
	t.Parallel()
	const (
		empty, nul = "Enter a name.", "The text holds a NUL character. Remove it."
		long, past = "At most 256 characters are allowed.", "Choose a time in the future."
	)
	w := newWorld(t, nil)
	bob, proof := w.token("bob"), w.presence("bob")
	w.logto.ResetCalls()
	name := func(code, message string) []object { return []object{basicError(code, message, "input", "name")} }
	expiry := func(message string) []object {
		return []object{basicError("INVALID_INPUT", message, "input", "expiresAt")}
	}
	for _, test := range []struct {
		name, expiresAt string
		want            []object
	}{
		{"", "", name("INVALID_INPUT", empty)},
		{"a\x00b", "", name("INVALID_INPUT", nul)},
		{strings.Repeat("k", 257), "", name("VALUE_TOO_LONG", long)},
		{strings.Repeat("🔑", 128) + "k", "", name("VALUE_TOO_LONG", long)},
		{"ci", "1970-01-01T00:00:00Z", expiry(past)},
		{"ci", "1970-01-01T00:00:00.0009Z", expiry(past)},
		{"ci", "0001-01-01T00:00:00Z", expiry(past)},
		{"ci", time.Now().UTC().Format(time.RFC3339Nano), expiry(past)},
		{"", "1969-12-31T23:59:59Z", append(name("INVALID_INPUT", empty), expiry(past)...)},
	} {
		input := object{"name": test.name, "stepUpProof": proof}
		if test.expiresAt != "" {
			input["expiresAt"] = test.expiresAt
		}
		w.wantPayload(bob, "createPersonalAccessToken", tokenSelection, input, refusal(noToken, test.want...))
	}
	w.wantPayload(bob, "renamePersonalAccessToken", renameSelection, object{"name": "ci", "newName": "a\x00b"},
		refusal(noToken[:1], basicError("INVALID_INPUT", nul, "input", "newName")))
	w.wantCalls()
}

func TestPersonalAccessTokenLifetime(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, test := range []struct {
		name, longest string
		lives         time.Duration // From now; zero asks for none.
		want          []string
		forEver       bool
	}{
		{name: "shorter than the longest", longest: "10d", lives: 9 * day},
		{name: "longer than the longest", longest: "10d", lives: 10*day + time.Hour, want: []string{"INVALID_INPUT input expiresAt"}},
		{name: "beyond a year", lives: 366 * day, want: []string{"INVALID_INPUT input expiresAt"}},
		{name: "as it comes", longest: "10d"},
		{name: "for ever", longest: "none", forEver: true},
		{name: "for a century", longest: "none", lives: 36525 * day},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, env{"PAT_MAX_LIFETIME": test.longest})
			input := object{"name": "ci", "expiresAt": nil, "stepUpProof": w.presence("bob")}
			wanted := time.Now().Add(10 * day).Truncate(time.Millisecond) // As Logto keeps it.
			if test.lives > 0 {
				wanted = time.Now().Add(test.lives).Truncate(time.Millisecond)
				input["expiresAt"] = wanted.Format(time.RFC3339Nano)
			}
			payload := w.asked(w.token("bob"), "createPersonalAccessToken", tokenSelection, input)
			if diff := cmp.Diff(append([]string{}, test.want...), told(payload)); diff != "" {
				t.Fatalf("errors (-want +got):\n%s", diff)
			}
			stored, made := w.storedTokens("bob")["ci"]
			expiresAt, expires := stored["expiresAt"].(float64)
			switch {
			case made == (len(test.want) > 0):
				t.Errorf("made: %v", stored)
			case made && expires == test.forEver:
				t.Errorf("stored: %v", stored)
			case expires && time.UnixMilli(int64(expiresAt)).Before(wanted):
				t.Errorf("expires at %v, want %v", time.UnixMilli(int64(expiresAt)), wanted)
			}
		})
	}
}

// TestPersonalAccessTokenRefusals compares what each refusal says. alice has four
// tokens, one of them expired.
func TestPersonalAccessTokenRefusals(t *testing.T) {
	t.Parallel()
	const (
		taken  = "You have a token of this name already. Choose another name, or delete that token."
		absent = "You have no token of this name."
		atMost = "At most 4 tokens are allowed. Delete one that you no longer need."
	)
	w := newWorld(t, env{"PAT_MAX_COUNT": "4"})
	before := w.storedTokens("alice")
	alice, proof := w.token("alice"), w.presence("alice")
	w.wantPayload(alice, "createPersonalAccessToken", tokenSelection, object{"name": "new", "stepUpProof": proof},
		refusal(noToken, basicError("COUNT_LIMIT_REACHED", atMost)))
	for _, test := range []struct{ name, newName, code, message, at string }{
		{"laptop", "old script", "NAME_TAKEN", taken, "newName"},
		{"Laptop", "new", "NOT_FOUND", absent, "name"},
		{"", "new", "NOT_FOUND", absent, "name"},
		{"laptop\x00", "new", "NOT_FOUND", absent, "name"},
		{strings.Repeat("k", 257), "new", "NOT_FOUND", absent, "name"},
	} {
		w.wantPayload(alice, "renamePersonalAccessToken", renameSelection, object{"name": test.name, "newName": test.newName},
			refusal(noToken[:1], basicError(test.code, test.message, "input", test.at)))
	}
	for _, name := range []string{"", "Laptop", "laptop\x00", "laptop "} {
		w.wantPayload(alice, "deletePersonalAccessToken", deleteSelection, object{"name": name},
			refusal([]string{"deletedName"}, basicError("NOT_FOUND", absent, "input", "name")))
	}
	// bob knows the names of alice's.
	bob := w.token("bob")
	for name := range before {
		w.wantPayload(bob, "renamePersonalAccessToken", renameSelection, object{"name": name, "newName": "mine"},
			refusal(noToken[:1], basicError("NOT_FOUND", absent, "input", "name")))
		w.wantPayload(bob, "deletePersonalAccessToken", deleteSelection, object{"name": name},
			refusal([]string{"deletedName"}, basicError("NOT_FOUND", absent, "input", "name")))
	}
	if diff := cmp.Diff(before, w.storedTokens("alice")); diff != "" {
		t.Errorf("alice's tokens (-before +after):\n%s", diff)
	}
	w.manage(http.MethodPost, "/api/users/{bob}/personal-access-tokens", object{"name": "ci"})
	w.wantPayload(bob, "createPersonalAccessToken", tokenSelection, object{"name": "ci", "stepUpProof": w.presence("bob")},
		refusal(noToken, basicError("NAME_TAKEN", taken, "input", "name")))
}

func TestPersonalAccessTokenTakesAProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	required := object{
		"__typename": "StepUpRequiredError", "code": "STEP_UP_REQUIRED", "message": "Please confirm first that it's you.",
		"path": []any{"input", "stepUpProof"}, "methods": []any{"PASSWORD", "EMAIL_CODE", "FRESH_SIGN_IN"}, "maxAgeSeconds": 600.0,
	}
	selection := strings.Replace(tokenSelection, "path }", "path ... on StepUpRequiredError { methods maxAgeSeconds } }", 1)
	w.wantPayload(w.token("bob"), "createPersonalAccessToken", selection, object{"name": "ci"}, refusal(noToken, required))
	stranger := w.presence("alice")
	invalid := "This confirmation is not valid, has expired, or was used before. Start again."
	w.wantPayload(w.token("bob"), "createPersonalAccessToken", tokenSelection, object{"name": "ci", "stepUpProof": stranger},
		refusal(noToken, basicError("INVALID_PROOF", invalid, "input", "stepUpProof")))
	if made := w.storedTokens("bob"); len(made) > 0 {
		t.Errorf("made: %v", made)
	}
}

// TestPersonalAccessTokenCountIsKept makes many at the same time.
func TestPersonalAccessTokenCountIsKept(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, env{"PAT_MAX_COUNT": "3"})
	bob := w.page("bob")
	proof := bob.byPassword()
	w.wantOutcomes(map[string]int{"OK": 3, "COUNT_LIMIT_REACHED": 17}, atOnce(20, func(i int) answer {
		return bob.do("createPersonalAccessToken", object{"name": string(rune('a' + i)), "stepUpProof": proof})
	}))
	if made := len(w.storedTokens("bob")); made != 3 {
		t.Errorf("%d tokens were made", made)
	}
}

// TestPersonalAccessTokenPolicy wants nothing asked of Logto for what the operator
// doesn't allow or the token has no scope for.
func TestPersonalAccessTokenPolicy(t *testing.T) {
	t.Parallel()
	inputs := map[string]object{
		"createPersonalAccessToken": {"name": "ci"},
		"renamePersonalAccessToken": {"name": "laptop", "newName": "other"},
		"deletePersonalAccessToken": {"name": "laptop"},
	}
	for _, level := range []string{"readOnly", "off"} {
		w := newWorld(t, env{"FIELD_ACCESS": "personalAccessToken=" + level})
		for field, input := range inputs {
			w.wantCodes(w.token("alice"), field, input, "FIELD_NOT_EDITABLE")
		}
		w.wantCalls()
	}
	w := newWorld(t, nil)
	for field, input := range inputs {
		w.wantCodes(w.token("alice", "account:read", "account:write"), field, input, "FORBIDDEN")
	}
	w.wantCalls()
}

func TestPersonalAccessTokenOfNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.presence("alice")
	create, rename, remove := object{"name": "ci", "stepUpProof": proof}, object{"name": "laptop", "newName": "x"}, object{"name": "laptop"}
	// Deleted after the account was read.
	w.logto.Fail(fault{
		Method: http.MethodPost, Path: "/api/users/{userId}/personal-access-tokens", Status: http.StatusNotFound,
		Body: object{"code": "entity.relation_foreign_key_not_found"},
	})
	w.wantCodes(w.token("alice"), "createPersonalAccessToken", create, "ACCOUNT_NOT_FOUND")
	w.manage(http.MethodPatch, "/api/users/{alice}/is-suspended", object{"isSuspended": true})
	token := w.token("alice")
	for _, code := range []string{"ACCOUNT_SUSPENDED", "ACCOUNT_NOT_FOUND"} {
		w.wantCodes(token, "createPersonalAccessToken", create, code)
		w.wantCodes(token, "renamePersonalAccessToken", rename, code)
		w.wantCodes(token, "deletePersonalAccessToken", remove, code)
		if code == "ACCOUNT_SUSPENDED" {
			w.manage(http.MethodDelete, "/api/users/{alice}", nil)
		}
	}
}

func TestPersonalAccessTokenFailures(t *testing.T) {
	t.Parallel()
	const collection = "/api/users/{userId}/personal-access-tokens"
	create := object{"name": "new"}
	for _, test := range []struct {
		name  string
		fault fault
		field string
		input object
		want  string
	}{
		{"the count", fault{Method: http.MethodGet, Path: collection, Status: 500}, "createPersonalAccessToken", create, "UPSTREAM_UNAVAILABLE"},
		{"creation", fault{Method: http.MethodPost, Path: collection, Status: 500}, "createPersonalAccessToken", create, "UPSTREAM_UNAVAILABLE"},
		{
			"creation by Logto's clock",
			fault{Method: http.MethodPost, Path: collection, Status: 400, Body: object{"code": "request.invalid_input"}},
			"createPersonalAccessToken", create, "INVALID_INPUT",
		},
		{
			"creation without an answer",
			fault{Method: http.MethodPost, Path: collection, Failure: logtotest.ResetConnection},
			"createPersonalAccessToken", create, "UPSTREAM_TIMEOUT",
		},
		{
			"creation with an answer that can't be read",
			fault{Method: http.MethodPost, Path: collection, Failure: logtotest.AnswerGarbage},
			"createPersonalAccessToken", create, "UPSTREAM_UNAVAILABLE",
		},
		{
			"renaming",
			fault{Method: http.MethodPatch, Path: collection, Status: 503},
			"renamePersonalAccessToken",
			object{"name": "laptop", "newName": "x"},
			"UPSTREAM_UNAVAILABLE",
		},
		{
			"deletion",
			fault{Method: http.MethodPost, Path: collection + "/delete", Status: 503},
			"deletePersonalAccessToken",
			object{"name": "laptop"},
			"UPSTREAM_UNAVAILABLE",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			input := merged(test.input, nil)
			if test.field == "createPersonalAccessToken" {
				input["stepUpProof"] = w.presence("alice")
			}
			before := w.storedTokens("alice")
			w.logto.Fail(test.fault)
			w.wantCodes(w.token("alice"), test.field, input, test.want)
			if diff := cmp.Diff(before, w.storedTokens("alice")); diff != "" {
				t.Errorf("tokens (-before +after):\n%s", diff)
			}
		})
	}
}

// TestPersonalAccessTokensWithoutTheStore goes on with what makes safer.
func TestPersonalAccessTokensWithoutTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"REDIS_URL": "redis://127.0.0.1:1", "SECRET_KEY": strings.Repeat("A", 43) + "="})
	w.wantCodes(w.token("alice"), "createPersonalAccessToken", object{"name": "new", "stepUpProof": "x"}, "UPSTREAM_UNAVAILABLE")
	w.wantCodes(w.token("alice"), "deletePersonalAccessToken", object{"name": "laptop"})
	if _, left := w.storedTokens("alice")["laptop"]; left {
		t.Error("the token is still there")
	}
}

func TestPersonalAccessTokenEvents(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	bob := w.token("bob")
	w.wantCodes(bob, "createPersonalAccessToken", object{"name": "ci"}, "STEP_UP_REQUIRED")
	w.wantCodes(bob, "deletePersonalAccessToken", object{"name": "ci"}, "NOT_FOUND")
	w.wantCodes(bob, "createPersonalAccessToken", object{"name": "ci", "stepUpProof": w.presence("bob")})
	w.wantCodes(bob, "renamePersonalAccessToken", object{"name": "ci", "newName": "cd"})
	w.wantCodes(bob, "deletePersonalAccessToken", object{"name": "cd"})
	told := func(what string, data map[string]string) event {
		return event{Type: "account.personalAccessToken." + what, Subject: w.id("bob"), ClientID: w.logto.ClientID, Data: data}
	}
	want := []event{
		told("created", map[string]string{"name": "ci"}), told("deleted", map[string]string{"name": "cd"}),
		told("renamed", map[string]string{"name": "cd", "previousName": "ci"}),
	}
	if diff := cmp.Diff(want, r.await(t, len(want))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
