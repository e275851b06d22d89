package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRequestsThatAreGivenUp by their clients are no failures of Logto's, which wake
// operators up. A change is carried through.
func TestRequestsThatAreGivenUp(t *testing.T) {
	t.Parallel()
	inBubble(t, env{"LOG_LEVEL": "info"}, func(t *testing.T, s *still) {
		s.logto.SetDelay(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		for _, document := range []string{
			`{ me { name sessions { ip } } accountSettings { mfaRequired } }`,
			`mutation { updateProfile(input: {name: "A"}) { errors { code } } }`,
		} {
			clients.Go(func() { s.ask(ctx, s.token("bob"), document) })
		}
		synctest.Wait()
		cancel()
		clients.Wait()
		want := map[string]int{"query me CANCELED": 1, "query accountSettings OK": 1, "mutation updateProfile OK": 1}
		if diff := cmp.Diff(want, s.outcomes); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		if strings.Contains(s.log.String(), "failed") {
			t.Errorf("log: %s", s.log)
		}
	})
}
