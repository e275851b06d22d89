package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestForgedTokens sends more forged tokens from one network than are found out in the time that one waits. The others
// are told to come back. Nobody else notices.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	const perCPU = 6
	w := newWorld(t, env{"MAX_FORGED_TOKENS": fmt.Sprint(perCPU), "TRUSTED_PROXIES": "127.0.0.1"})
	const query = `{"query":"{ me { username } }"}`
	ask := func(token, network string) (reply, error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/graphql", strings.NewReader(query))
		if err != nil {
			return reply{}, err
		}
		request.Header = bearer(token)
		request.Header.Set("X-Forwarded-For", network)
		return exchange(request)
	}
	const flooded, quiet = "203.0.113.7", "203.0.113.8"
	good := w.token("alice")
	before, err := ask(good, flooded)
	if err != nil || before.status != http.StatusOK {
		t.Fatalf("before the flood: %d %s, %v", before.status, before.body, err)
	}

	signed := good[:strings.LastIndexByte(good, '.')+1]
	answers := make(chan string)
	var flood sync.WaitGroup
	for range 40 + 10*perCPU*runtime.GOMAXPROCS(0) {
		signature := make([]byte, 96)
		_, _ = rand.Read(signature) // It never fails.
		flood.Go(func() {
			got, err := ask(signed+base64.RawURLEncoding.EncodeToString(signature), flooded)
			if err != nil {
				t.Error(err)
			}
			answers <- fmt.Sprint(got.header.Get("Content-Type"), " ", got.header.Get("Retry-After"), " ", describe(got))
		})
	}
	go func() {
		flood.Wait()
		close(answers)
	}()
	const media = "application/json; charset=utf-8"
	forged := media + "  " + refused("the token's signature is wrong: it was changed, or is not from this API's Logto", true)
	busy := media + " 5 503\n\n" + `{"errors":[{"message":"Tokens can't be verified now. Try again in a moment.",` +
		`"extensions":{"code":"UPSTREAM_UNAVAILABLE","retryAfterSeconds":5}}]}`
	counts := map[string]int{}
	for answer := range answers {
		counts[answer]++
		if answer != busy || counts[busy] > 1 {
			continue
		}
		for name, caller := range map[string]struct{ token, network string }{
			"a known token":                    {good, flooded},
			"a new token from elsewhere":       {w.token("alice"), quiet},
			"a new token from elsewhere, anew": {w.token("alice"), quiet},
			"a known token from elsewhere":     {good, quiet},
		} {
			during, err := ask(caller.token, caller.network)
			if diff := cmp.Diff(before.body, during.body); err != nil || diff != "" {
				t.Errorf("%s during the flood: %v (-before +during):\n%s", name, err, diff)
			}
		}
	}
	if counts[forged] == 0 || counts[busy] == 0 || len(counts) != 2 {
		t.Errorf("forged tokens were answered, by number of times: %v, want some\n%s\nand some\n%s", counts, forged, busy)
	}
}
