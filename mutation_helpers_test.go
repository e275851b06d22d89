package main

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// newRacingWorld is a world whose Logto lets others in between reading and writing.
func newRacingWorld(t *testing.T, given env) *world {
	t.Helper()
	logto, err := logtotest.New(logtotest.Options{RaceWindow: 2 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := logto.Close(); err != nil {
			t.Error(err)
		}
	})
	return newWorldOn(t, logto, given)
}

// wantPayload compares a mutation's whole answer.
func (w *world) wantPayload(token, name, selection string, input, want object) {
	w.t.Helper()
	got := decode(w.t, w.ask(token, mutation(name, selection), object{"input": input}))
	if diff := cmp.Diff(decode(w.t, encode(w.t, object{"data": object{name: want}})), got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// basicError is an error of a payload, selected as __typename code message path.
func basicError(code, message string, path ...any) object {
	e := object{"__typename": "BasicError", "code": code, "message": message, "path": nil}
	if len(path) > 0 {
		e["path"] = path
	}
	return e
}

// refusal is a payload of errors alone.
func refusal(nulls []string, errors ...object) object {
	payload := object{"errors": errors}
	for _, name := range nulls {
		payload[name] = nil
	}
	return payload
}

// wantCodes compares the codes of the errors that a mutation is answered with.
func (w *world) wantCodes(token, name string, input object, want ...string) {
	w.t.Helper()
	r := w.query(token, mutation(name, "errors { code path }"), object{"input": input})
	if got := codes(w.t, r.body, name); !slices.Equal(got, want) {
		w.t.Errorf("%s: %v, want %v", name, got, want)
	}
}

// codes lists the codes of all errors of an answer, those at the top level first.
func codes(t *testing.T, body, name string) []string {
	t.Helper()
	answer := decode(t, body).(object)
	var found []string
	top, _ := answer["errors"].([]any)
	for _, item := range top {
		found = append(found, item.(object)["extensions"].(object)["code"].(string))
	}
	if payload, _ := answer["data"].(object)[name].(object); payload != nil {
		for _, item := range payload["errors"].([]any) {
			found = append(found, item.(object)["code"].(string))
		}
	}
	return found
}
