package logto_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"accountql/logto"
)

// FuzzAnswers reads what Logto may answer as the standard library does, and leaves it
// as it is, since what was read refers to it.
func FuzzAnswers(f *testing.F) {
	for _, r := range load(f) {
		if r.Response.Status < 300 {
			f.Add([]byte(r.Response.Body))
		}
	}
	for _, odd := range []string{
		`{"id":"a"} x`, `{"id":"\ud800"}`, "{\"id\":\"\xff\"}", `{"ID":"x","Id":null}`, `{"customData":{"a":01}}`, `{"createdAt":1e3}`,
		`{"identities":{"a":{"details":{"a":[1,2,}}}}`, `{"ssoIdentities":[{"id":"\u0061"},null]}`, `null`, "{\"id\":\"\x01\"}", `{"profile":null}`, `[{}]`,
	} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		readsAlike[logto.User](t, body)
		readsAlike[[]logto.PersonalAccessToken](t, body)
		readsAlike[[]logto.MfaVerification](t, body)
		readsAlike[logto.SignInExperience](t, body)
	})
}

// TestDeepAnswers nest as deep as an answer can be long.
func TestDeepAnswers(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{500, 5000, 20_000, 2_000_000} {
		for _, field := range []string{"customData", "unknown"} {
			readsAlike[logto.User](t, []byte(`{"`+field+`":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+`}`))
			readsAlike[logto.User](t, []byte(`{"`+field+`":`+strings.Repeat(`{"a":`, depth)+`1`+strings.Repeat("}", depth)+`}`))
		}
	}
}

func readsAlike[T any](t *testing.T, body []byte) {
	t.Helper()
	var got, want T
	wantErr := json.Unmarshal(body, &want)
	kept := bytes.Clone(body)
	err := logto.Decode(kept, &got)
	switch {
	case (err == nil) != (wantErr == nil):
		t.Errorf("error %v, want %v", err, wantErr)
	case err == nil && !reflect.DeepEqual(got, want):
		t.Errorf("%+v, want %+v", got, want)
	case !bytes.Equal(kept, body):
		t.Errorf("the answer became %q", kept)
	}
}
