package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outcome is what a payload's errors say, by code and path; empty when all was
// saved.
func (w *world) outcome(mutation string, input any) []string {
	w.t.Helper()
	inputType := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input!"
	document := "mutation ($input: " + inputType + ") { payload: " + mutation + "(input: $input) { errors { code path } } }"
	answer := decode(w.t, w.query(w.token("alice"), document, object{"input": input}).body).(object)
	if answer["errors"] != nil {
		w.t.Fatalf("errors: %v", answer["errors"])
	}
	told := []string{}
	for _, item := range answer["data"].(object)["payload"].(object)["errors"].([]any) {
		text := item.(object)["code"].(string)
		for _, element := range item.(object)["path"].([]any) {
			text += " " + element.(string)
		}
		told = append(told, text)
	}
	return told
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	const longest = 2048
	for _, test := range []struct {
		name, address string
		code          string // "" if it is taken.
	}{
		{"ordinary", "https://example.com/a.png?b=c&d#e", ""},
		{"in capitals", "HTTPS://EXAMPLE.COM/A", ""},
		{"with a port", "https://example.com:8443/", ""},
		{"in other scripts", "https://bücher.example/日本", ""},
		{"of IPv6", "https://[2001:db8::1]/", ""},
		{"the longest", "https://example.com/" + strings.Repeat("é", longest-20), ""},
		{"too long", "https://example.com/" + strings.Repeat("é", longest-19), "VALUE_TOO_LONG"},
		{"http", "http://example.com/", "INVALID_INPUT"},
		{"javascript", "javascript:alert(1)", "INVALID_INPUT"},
		{"javascript behind https", "javascript:https://example.com/", "INVALID_INPUT"},
		{"data", "data:image/png;base64,AAAA", "INVALID_INPUT"},
		{"without a scheme", "//example.com/", "INVALID_INPUT"},
		{"a bare host", "example.com", "INVALID_INPUT"},
		{"a path", "/a.png", "INVALID_INPUT"},
		{"without a host", "https:///a.png", "INVALID_INPUT"},
		{"with a port alone", "https://:443/", "INVALID_INPUT"},
		{"opaque", "https:example.com", "INVALID_INPUT"},
		{"empty", "", "INVALID_INPUT"},
		{"behind a space", " https://example.com/", "INVALID_INPUT"},
		{"with a line break", "https://example.com/\n", "INVALID_INPUT"},
		{"with a tab in the scheme", "ht\ttps://example.com/", "INVALID_INPUT"},
		{"with NUL", "https://example.com/\x00", "INVALID_INPUT"},
		{"with DEL", "https://example.com/\x7f", "INVALID_INPUT"},
		{"with a C1 control", "https://example.com/\u0085", "INVALID_INPUT"},
		{"with a right-to-left override", "https://example.com/\u202egnp.a", "INVALID_INPUT"},
		{"with a right-to-left isolate", "https://example.com/\u2067gnp.a", "INVALID_INPUT"},
		{"with a right-to-left mark", "https://example.com/\u200f", "INVALID_INPUT"},
		{"with a backslash", `https://example.com\@evil.example/`, "INVALID_INPUT"},
		{"with a bad escape", "https://example.com/%zz", "INVALID_INPUT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			got := w.outcome("updateProfile", object{
				"avatar": test.address, "profile": object{"profile": test.address, "website": test.address},
			})
			want, now := []string{}, w.record("alice")
			if test.code != "" {
				want = []string{test.code + " input avatar", test.code + " input profile profile", test.code + " input profile website"}
			} else if stored := encode(t, test.address); now["avatar"] != stored || now["profile.profile"] != stored || now["profile.website"] != stored {
				t.Errorf("stored: %s, %s, %s", now["avatar"], now["profile.profile"], now["profile.website"])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("payload's errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		input object
		want  []string
	}{
		{"longest name", object{"name": strings.Repeat("😀", 128)}, nil},
		{"name too long", object{"name": strings.Repeat("😀", 129)}, []string{"VALUE_TOO_LONG input name"}},
		{"name with NUL", object{"name": "a\x00"}, []string{"INVALID_INPUT input name"}},
		{"name with markup", object{"name": "<script>\u202e"}, nil},
		{"longest text", object{"profile": object{"gender": strings.Repeat("é", 2048)}}, nil},
		{"text too long", object{"profile": object{"gender": strings.Repeat("é", 2049)}}, []string{"VALUE_TOO_LONG input profile gender"}},
		{"formats are not checked", object{"profile": object{"birthdate": "soon", "zoneinfo": "Mars/Olympus", "locale": "?"}}, nil},
		{
			"text with NUL in the address",
			object{"profile": object{"address": object{"region": "\x00", "country": strings.Repeat("x", 2049)}}},
			[]string{"VALUE_TOO_LONG input profile address country", "INVALID_INPUT input profile address region"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if diff := cmp.Diff(append([]string{}, test.want...), w.outcome("updateProfile", test.input)); diff != "" {
				t.Errorf("payload's errors (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLostAnswerIsLookedUp loses the answer to the second of two calls, which
// Logto carried out all the same: the payload shows the account as it is.
func TestLostAnswerIsLookedUp(t *testing.T) {
	t.Parallel()
	const document = `mutation { updateProfile(input: {name: "Al", profile: {nickname: "al"}}) {
  user { name profile { nickname } } errors { code message } } }`
	want := decode(t, `{"data": {"updateProfile": {
  "user": {"name": "Al", "profile": {"nickname": "al"}},
  "errors": [{"code": "PARTLY_DONE", "message": "Name and avatar were saved. Whether the profile was isn't known: look at it before you try again."}]
}}}`)
	for name, lose := range map[string]func(http.ResponseWriter){
		"none":            func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"an unusable one": func(rw http.ResponseWriter) { _, _ = io.WriteString(rw, "<html>") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := newProxiedWorld(t)
			p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				if !strings.HasSuffix(r.URL.Path, "/profile") {
					next.ServeHTTP(rw, r)
					return
				}
				next.ServeHTTP(httptest.NewRecorder(), r)
				lose(rw)
			})
			if diff := cmp.Diff(want, decode(t, w.query(w.token("alice"), document, nil).body)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLostAnswer is about the only call of a change, whose outcome nobody knows.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer        http.HandlerFunc
		code, message string
	}{
		"none": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"UPSTREAM_TIMEOUT", "Logto did not answer. The change may have been made or not: read before you try again.",
		},
		"an unusable one": {
			func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "<html>") },
			"UPSTREAM_UNAVAILABLE", "Logto gave an answer that can't be used. The change may have been made or not: read before you try again.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := newProxiedWorld(t)
			p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == http.MethodPatch {
					next = test.answer
				}
				next.ServeHTTP(rw, r)
			})
			// Of one account each, since a change whose outcome nobody knows keeps others out.
			for name, change := range map[string]struct{ field, input string }{
				"alice": {"updateProfile", `{name: "Al"}`}, "bob": {"updateCustomData", `{data: {a: 1}}`},
			} {
				field := change.field
				document := "mutation { " + field + "(input: " + change.input + ") { errors { code } } }"
				want := object{"data": object{field: nil}, "errors": []any{failure(document, field, test.code, test.message, field)}}
				if diff := cmp.Diff(decode(t, encode(t, want)), decode(t, w.query(w.token(name), document, nil).body)); diff != "" {
					t.Errorf("answer (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestParallelChangesKeepEachOther although Logto replaces a profile whole where
// something of it is cleared, and custom data where it is replaced.
func TestParallelChangesKeepEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice := w.page("alice")
	changes := []func() answer{
		func() answer { return alice.do("updateProfile", object{"profile": object{"nickname": nil}}) },
		func() answer { return alice.do("updateProfile", object{"profile": object{"givenName": "Al"}}) },
		func() answer {
			return alice.do("updateProfile", object{"profile": object{"address": object{"region": nil}}})
		},
		func() answer {
			return alice.do("updateProfile", object{"profile": object{"address": object{"country": "France"}}})
		},
	}
	for range 10 {
		w.manage(http.MethodPatch, "/api/users/{alice}", object{"profile": object{
			"nickname": "ally", "givenName": "Alice", "address": object{"region": "BE", "country": "Germany"},
		}})
		w.wantOutcomes(map[string]int{"OK": len(changes)}, atOnce(len(changes), func(i int) answer { return changes[i]() }))
		got := w.manage(http.MethodGet, "/api/users/{alice}", nil).(object)["profile"]
		want := object{"givenName": "Al", "address": object{"country": "France"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("profile (-want +got):\n%s", diff)
		}
	}
}
