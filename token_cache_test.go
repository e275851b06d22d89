package main

import (
	"strings"
	"testing"
	"time"

	"accountql/logto/logtotest"
)

// TestKnownTokensEnd has a token known, from having been used a moment ago, and then no good any more.
func TestKnownTokensEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(w *world)
		want string
	}{
		"expired": {
			end:  func(w *world) { w.advance(50 * time.Second) },
			want: "the token expired at ",
		},
		"its key withdrawn": {
			end: func(w *world) {
				w.logto.RotateTo(newKey(w.t, "ES384"))
				w.logto.RotateTo(newKey(w.t, "ES384"))
				w.ask(w.token("bob"), `{ me { id } }`, nil) // The server learns of it by a token of the new key.
			},
			want: "the token is signed with a key that Logto does not publish (any more): get a new token",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			now := w.clock.running().Unix()
			token := w.logto.AccessToken(w.id("alice"), logtotest.Claim("iat", now), logtotest.Claim("exp", now+10))
			for range 2 {
				w.ask(token, `{ me { id } }`, nil)
			}
			test.end(w)
			w.logto.ResetCalls()
			if got := describe(w.query(token, `{ me { id } }`, nil)); !strings.HasPrefix(got, "401\n") || !strings.Contains(got, test.want) {
				t.Errorf("got %s\nwant 401 and %q", got, test.want)
			}
			w.wantCalls()
		})
	}
}
