package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUsersSideBySide has many requests of three people under way at the same
// time. Each must get what it gets alone, and nothing that is somebody else's.
func TestUsersSideBySide(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, name := range people {
		mark := "mark-of-" + name
		w.manage(http.MethodPatch, "/api/users/{"+name+"}", object{
			"name": mark, "customData": object{"mark": mark}, "profile": object{"nickname": mark, "address": object{"country": mark}},
		})
		w.manage(http.MethodPost, "/api/users/{"+name+"}/personal-access-tokens", object{"name": mark})
		if _, err := w.logto.SignIn(name, ""); err != nil {
			t.Fatal(err)
		}
	}
	for document, times := range map[string]int{
		settingsQuery(t): 15,
		`{ me { id } }`:  15,
		// Changes of one account wait for each other, and not for long.
		`mutation { a: updateProfile(input: {profile: {middleName: "M"}}) { user { id name updatedAt profile { nickname middleName }
		   sessions { id } personalAccessTokens { name } } errors { code } }
		 b: updateCustomData(input: {data: {seen: true}}) { user { id name customData } errors { code } } }`: 5,
	} {
		alone := map[string]string{}
		for _, name := range people {
			alone[name] = w.ask(w.token(name), document, nil)
		}
		for name, answers := range w.inParallel(times, document) {
			for _, answer := range answers {
				if diff := cmp.Diff(alone[name], w.stable(answer.body)); diff != "" {
					t.Fatalf("%s gets another answer than alone (-alone +beside others):\n%s", name, diff)
				}
				for _, other := range people {
					if other != name && (strings.Contains(answer.body, "mark-of-"+other) || strings.Contains(answer.body, w.id(other))) {
						t.Errorf("%s gets what is %s's: %s", name, other, answer.body)
					}
				}
			}
		}
	}
}
