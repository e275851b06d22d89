package account_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/account"
	"accountql/graph/model"
	"accountql/logto"
	"accountql/logto/logtotest"
	"accountql/store"
)

// FuzzCustomData changes custom data of which the operator keeps parts. What is taken
// must be stored as it is and touch nothing else, what is not must be refused by us,
// in words, and change nothing.
func FuzzCustomData(f *testing.F) {
	for _, data := range []string{
		`{"written": {"a": [1, 2.5, -0, 1e21, null, true, ""]}, "both": "\u00e9\ud83d\ude00"}`,
		`{"both": null}`, `{}`, `null`, `[]`, `"{}"`, `{"own": {"plan": "pro"}}`, `{"shown": 2, "both": 2}`, `{"": 1}`,
		`{"both": {"__proto__": {"admin": true}}}`, `{"both": {"constructor": {"prototype": 1}}}`, `{"both": {"constructor": 1}}`,
		`{"both": "\u0000"}`, `{"both": {"\u0000": 1}}`, `{"both": "\ud800"}`, `{"both": 1e999, "written": 12345678901234567890}`,
		`{"both": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "{\"both\": \"\xff\u2028<&>\"}",
	} {
		f.Add([]byte(data), false)
		f.Add([]byte(data), true)
	}
	const before = `{"own": {"plan": "free", "roles": ["user"]}, "shown": 1, "written": {"a": 1}, "both": {"b": [null]}}`
	readable, writable := []string{"shown", "both"}, []string{"written", "both"}
	embedded, service := newCustomDataService(f, readable, writable)
	bob := embedded.Account("bob").ID
	manage := func(t *testing.T, method string, body any) map[string]any {
		status, user := embedded.Manage(method, "/api/users/"+bob, body)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d: %v", method, status, user)
		}
		return user.(map[string]any)["customData"].(map[string]any)
	}
	f.Fuzz(func(t *testing.T, data []byte, replace bool) {
		change, ok := asVariable(t, data)
		if !ok {
			return
		}
		want := manage(t, http.MethodPatch, map[string]any{"customData": json.RawMessage(before)})
		user, err := service.UpdateCustomData(logto.WithSubject(t.Context(), bob), account.Caller{Subject: bob}, change, replace)
		if refused, ok := errors.AsType[account.Errors](err); ok {
			for _, e := range refused {
				if e.Message == "" || !slices.Contains([]account.Code{account.InvalidInput, account.ValueTooLong, account.FieldNotEditable}, e.Code) {
					t.Errorf("%s: refused with %+v", change, e)
				}
			}
		} else if err != nil {
			t.Fatalf("%s: %v", change, err)
		} else {
			maps.DeleteFunc(want, func(key string, _ any) bool {
				return replace && slices.Contains(readable, key) && slices.Contains(writable, key)
			})
			for key, value := range decoded(t, change) {
				if !slices.Contains(writable, key) {
					t.Errorf("%s was taken", change)
				}
				want[key] = value
			}
		}
		got := manage(t, http.MethodGet, nil)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %s, which replaces: %t, error: %v (-want +got):\n%s", change, replace, err, diff)
		}
		if err != nil {
			return
		}
		shown, err := service.ReadableCustomData.Readable(user.CustomData)
		if err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(want, func(key string, _ any) bool { return !slices.Contains(readable, key) })
		if diff := cmp.Diff(want, decoded(t, shown)); diff != "" {
			t.Errorf("shown after %s (-want +got):\n%s", change, diff)
		}
	})
}

// newCustomDataService is a service of which only custom data can be used, and its
// Logto.
func newCustomDataService(f *testing.F, readable, writable []string) (*logtotest.Server, *account.Service) {
	f.Helper()
	embedded, err := logtotest.New(logtotest.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = embedded.Close() })
	logger := slog.New(slog.DiscardHandler)
	client, err := logto.New(logto.Config{
		Endpoint: embedded.Endpoint, AppID: embedded.AppID, AppSecret: embedded.AppSecret,
		Resource: logtotest.ManagementResource, Transport: logto.NewTransport(embedded.Endpoint, 1), Logger: logger,
	})
	if err != nil {
		f.Fatal(err)
	}
	return embedded, &account.Service{
		Logto: client, Store: store.NewMemory(time.Now), Logger: logger,
		ReadableCustomData: account.NewKeys(readable), WritableCustomData: account.NewKeys(writable),
	}
}

// asVariable is what resolvers get of a variable of type JSON, if it is JSON.
func asVariable(t *testing.T, data []byte) (json.RawMessage, bool) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil, false
	}
	raw, err := model.UnmarshalJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw, true
}

func decoded(t *testing.T, data json.RawMessage) (object map[string]any) {
	t.Helper()
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	return object
}
