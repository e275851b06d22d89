package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func nested(depth int) json.RawMessage {
	return json.RawMessage(strings.Repeat(`{"a":`, depth-1) + "{}" + strings.Repeat("}", depth-1))
}

// TestCustomDataThatIsRefused is refused before Logto sees it, which would answer
// with errors that help nobody, or store it.
func TestCustomDataThatIsRefused(t *testing.T) {
	t.Parallel()
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	for name, test := range map[string]struct {
		data json.RawMessage
		code string
	}{
		"a list":                    {raw(`[{"a": 1}]`), "INVALID_INPUT"},
		"a text":                    {raw(`"{}"`), "INVALID_INPUT"},
		"a number":                  {raw(`1`), "INVALID_INPUT"},
		"a boolean":                 {raw(`true`), "INVALID_INPUT"},
		"NUL in a value":            {raw(`{"a": ["\u0000"]}`), "INVALID_INPUT"},
		"NUL in a key":              {raw(`{"a": {"b\u0000": 1}}`), "INVALID_INPUT"},
		"__proto__":                 {raw(`{"__proto__": {"admin": true}}`), "INVALID_INPUT"},
		"__proto__ in escapes":      {raw(`{"a": [{"\u005f_proto__": 1}]}`), "INVALID_INPUT"},
		"constructor.prototype":     {raw(`{"constructor": {"prototype": {"admin": true}}}`), "INVALID_INPUT"},
		"a number too large":        {raw(`{"a": [1e999]}`), "INVALID_INPUT"},
		"too deep":                  {nested(33), "INVALID_INPUT"},
		"too large":                 {raw(`{"a": "` + strings.Repeat("é", 32<<10) + `"}`), "VALUE_TOO_LONG"},
		"far too deep":              {nested(60), "INVALID_INPUT"},
		"a list that goes far down": {raw(`{"a": ` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}`), "INVALID_INPUT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			for _, mode := range []string{"MERGE", "REPLACE"} {
				got := w.outcome("updateCustomData", object{"data": test.data, "mode": mode})
				if diff := cmp.Diff([]string{test.code + " input data"}, got); diff != "" {
					t.Errorf("%s: payload's errors (-want +got):\n%s", mode, diff)
				}
			}
			w.wantCalls()
		})
	}
}

func TestCustomDataThatIsTaken(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"nothing":             `{}`,
		"an empty key":        `{"": 1}`,
		"odd keys":            `{"a.b": 1, "$set": 2, "prototype": 3, "constructor": 4, "toString": 5, "ключ": 6}`,
		"every kind of value": `{"n": null, "t": true, "x": -1.5e3, "s": "<\"&\\\u00e9😀>", "l": [[], {}, [null]], "o": {"o": {}}}`,
		"as deep as may be":   string(nested(32)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if got := w.outcome("updateCustomData", object{"data": json.RawMessage(data), "mode": "REPLACE"}); len(got) > 0 {
				t.Errorf("payload's errors: %v", got)
			}
			stored := w.manage(http.MethodGet, "/api/users/{alice}/custom-data", nil)
			if diff := cmp.Diff(decode(t, data), stored); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNumbersKeepTheirDigits on their way through variables to Logto and back.
func TestNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	const numbers = `{"big":123456789012345678901234567890,"exact":0.10000000000000000000001,"id":9007199254740993}`
	w, p := newProxiedWorld(t)
	var sent []string
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodPatch {
			next.ServeHTTP(rw, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sent = append(sent, string(body))
		answer := numbers
		if !strings.HasSuffix(r.URL.Path, "/custom-data") {
			answer = `{"id":"` + w.id("alice") + `","customData":` + numbers + `}`
		}
		_, _ = io.WriteString(rw, answer)
	})
	const document = `mutation ($data: JSON!, $mode: CustomDataMode!) {
  updateCustomData(input: {data: $data, mode: $mode}) { user { customData } errors { code } } }`
	const want = `{"data":{"updateCustomData":{"user":{"customData":` + numbers + `},"errors":[]}}}`
	for _, mode := range []string{"MERGE", "REPLACE"} {
		answer := w.query(w.token("alice"), document, object{"data": json.RawMessage(numbers), "mode": mode})
		if diff := cmp.Diff(want, answer.body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", mode, diff)
		}
	}
	if diff := cmp.Diff([]string{`{"customData":` + numbers + `}`, `{"customData":` + numbers + `}`}, sent); diff != "" {
		t.Errorf("sent to Logto (-want +got):\n%s", diff)
	}
}

// TestReplacementTogetherWithWhatStays must fit the 1 MB that Logto takes.
func TestReplacementTogetherWithWhatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"CUSTOM_DATA_READABLE": "mine"})
	w.manage(http.MethodPatch, "/api/users/{alice}", object{"customData": object{"kept": strings.Repeat("x", 1000<<10-100)}})
	input := object{"data": object{"mine": strings.Repeat("y", 200)}, "mode": "REPLACE"}
	if diff := cmp.Diff([]string{"VALUE_TOO_LONG input data"}, w.outcome("updateCustomData", input)); diff != "" {
		t.Errorf("payload's errors (-want +got):\n%s", diff)
	}
	w.wantCalls(callUser)
}

// TestCustomDataStaysReadable however often it is merged into: an account whose
// user outgrows what can be read could never be changed again.
func TestCustomDataStaysReadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	merge := func(key string) string {
		return bob.do("updateCustomData", object{"data": object{key: strings.Repeat("x", 60<<10)}}).code
	}
	merged := 0
	for merge(fmt.Sprint("key", merged)) == "OK" {
		merged++
	}
	if got := merge("another"); merged != 16 || got != "VALUE_TOO_LONG" {
		t.Errorf("after %d merges: %s", merged, got)
	}
	if got := merge("key0"); got != "OK" {
		t.Errorf("a key that takes no more room: %s", got)
	}
	bob.must("OK", bob.do("updateCustomData", object{"data": object{}, "mode": "REPLACE"}))
}

// TestRefusedKeyNamesTheSetting to the operator, who can mend it, and nothing that
// was to be stored.
func TestRefusedKeyNamesTheSetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"CUSTOM_DATA_WRITABLE": "theme"})
	got := w.outcome("updateCustomData", object{"data": object{"plan": "secret-plan"}})
	if diff := cmp.Diff([]string{"FIELD_NOT_EDITABLE input data plan"}, got); diff != "" {
		t.Errorf("payload's errors (-want +got):\n%s", diff)
	}
	if log := w.log.String(); !strings.Contains(log, "CUSTOM_DATA_WRITABLE") || strings.Contains(log, "secret-plan") {
		t.Errorf("log:\n%s", log)
	}
}
