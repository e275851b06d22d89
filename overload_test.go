package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const messageBusy = "Logto has too much to do. Try again later."

// TestCrowd asks more and more of a Logto that serves four calls at a time. What is
// answered must neither become less nor slower, and nothing may be answered by half.
func TestCrowd(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"one call":    `{ me { name primaryEmail } }`,
		"three calls": `{ me { name personalAccessTokens { name } mfaVerifications { id } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var few crowd
			for _, clients := range []int{4, 256} {
				inBubble(t, env{"LOG_LEVEL": "error"}, func(t *testing.T, s *still) {
					s.logto.SetCapacity(4, 15*time.Millisecond)
					c := s.crowd(document, clients)
					if few.answered == 0 {
						few = c
					}
					if 100*c.answered < 95*few.answered || c.p99 >= 5*few.p99 {
						t.Errorf("%d clients get %d answers, 99 of 100 within %v, and four of them %d within %v",
							clients, c.answered, c.p99, few.answered, few.p99)
					}
				})
			}
		})
	}
}

// crowd is what clients get who ask again as soon as they are answered, in a second
// after some time to settle.
type crowd struct {
	answered int
	// p99 is how long the slowest of a hundred answers took.
	p99 time.Duration
}

func (s *still) crowd(document string, clients int) crowd {
	var mu sync.Mutex
	var waits []time.Duration
	token := s.token("alice")
	whole := s.ask(context.Background(), token, document).body
	start := time.Now().Add(2 * time.Second)
	end := start.Add(time.Second)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for asked := time.Now(); asked.Before(end); asked = time.Now() {
				got := s.ask(context.Background(), token, document)
				mu.Lock()
				switch {
				case got.body == whole && !asked.Before(start):
					waits = append(waits, time.Since(asked))
				case got.body != whole && !strings.HasSuffix(got.body, `"data":{"me":null}}`):
					s.t.Errorf("answer by half: %s", got.body)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(waits)
	return crowd{answered: len(waits), p99: waits[len(waits)*99/100]}
}

// TestRefusal compares whole answers that Logto's load is to blame for.
func TestRefusal(t *testing.T) {
	t.Parallel()
	inBubble(t, env{"LOGTO_MAX_CONCURRENCY": "1"}, func(t *testing.T, s *still) {
		s.logto.SetDelay(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 1 + 64 {
			wg.Go(func() { s.ask(ctx, s.token("bob"), `{ me { name } }`) })
		}
		synctest.Wait()
		for _, test := range []struct {
			document string
			failures []object
			data     object
		}{
			{`{ me { name sessions { ip } } accountSettings { mfaRequired } }`, []object{
				failure(`{ me`, `me`, "UPSTREAM_UNAVAILABLE", messageBusy, "me"),
			}, object{"me": nil, "accountSettings": object{"mfaRequired": false}}},
			{`{ me { name sessions { ip } } }`, []object{
				failure(`{ me`, `me`, "UPSTREAM_UNAVAILABLE", messageBusy, "me"),
			}, object{"me": nil}},
		} {
			got := s.ask(t.Context(), s.token("alice"), test.document)
			for _, f := range test.failures {
				f["extensions"].(object)["retryAfterSeconds"] = 1
			}
			want := decode(t, encode(t, object{"errors": test.failures, "data": test.data}))
			if diff := cmp.Diff(want, decode(t, got.body)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.document, diff)
			}
			header := ""
			if len(test.data) == 1 {
				header = "1"
			}
			if got.header.Get("Retry-After") != header {
				t.Errorf("%s: Retry-After is %q", test.document, got.header.Get("Retry-After"))
			}
		}
		if logged := strings.Count(s.log.String(), "requests are refused"); logged != 1 {
			t.Errorf("the log tells of refusals %d times:\n%s", logged, s.log)
		}
		cancel()
		wg.Wait()
	})
}

// TestMutationsGoFirst although they come last, when nobody else may wait: they take
// the places of reads. Nothing that comes meanwhile stops them half-way.
func TestMutationsGoFirst(t *testing.T) {
	t.Parallel()
	inBubble(t, env{"LOGTO_MAX_CONCURRENCY": "1"}, func(t *testing.T, s *still) {
		s.logto.SetDelay(time.Millisecond)
		var mu sync.Mutex
		var answers []string
		var wg sync.WaitGroup
		ask := func(name, document, want string) {
			wg.Go(func() {
				got := s.ask(context.Background(), s.token(name), document).body
				switch {
				case strings.Contains(got, messageBusy):
					got = "refused"
				case strings.HasPrefix(got, `{"data":{"`+want):
					got = want
				}
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, got)
			})
			synctest.Wait()
		}
		for range 1 + 64 {
			ask("alice", `{ me { name } }`, "me")
		}
		for _, name := range people {
			ask(name, `mutation { updateProfile(input: {name: "A", profile: {nickname: "A"}}) { user { id } errors { code } } }`, "updateProfile")
		}
		for range 100 {
			ask("bob", `{ me { name } }`, "me")
		}
		wg.Wait()
		answers = slices.DeleteFunc(answers, func(answer string) bool { return answer == "refused" })
		// Between two calls of a mutation, a call of a read may get in.
		const callsOfMutation = 4
		first := answers[:1+3*callsOfMutation]
		mutations := slices.DeleteFunc(slices.Clone(first), func(answer string) bool { return answer == "me" })
		if diff := cmp.Diff(slices.Repeat([]string{"updateProfile"}, 3), mutations); diff != "" || len(answers) != 65 {
			t.Errorf("%d answers, the first of them %v", len(answers), first)
		}
	})
}

// TestBreaker stops asking a Logto that is down, and finds out when it is back.
func TestBreaker(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, s *still) {
		const document = `{ me { name sessions { ip } } }`
		ask := func() reply { return s.ask(t.Context(), s.token("alice"), document) }
		before := ask().body
		s.logto.Fail(fault{Status: http.StatusServiceUnavailable, Times: 1000})
		for range 10 {
			ask()
		}
		s.logto.ResetCalls()
		got := ask()
		down := failure(document, "me", "UPSTREAM_UNAVAILABLE", "Logto is out of order. Try again later.", "me")
		down["extensions"].(object)["retryAfterSeconds"] = 2
		want := decode(t, encode(t, object{"errors": []any{down}, "data": object{"me": nil}}))
		if diff := cmp.Diff(want, decode(t, got.body)); diff != "" || got.header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After %q, answer (-want +got):\n%s", got.header.Get("Retry-After"), diff)
		}
		if calls := s.calls(); len(calls) > 0 {
			t.Errorf("calls of a Logto that is down: %v", calls)
		}

		s.logto.ClearFaults()
		time.Sleep(2*time.Second + time.Nanosecond)
		if diff := cmp.Diff(before, ask().body); diff != "" {
			t.Errorf("when it is back (-want +got):\n%s", diff)
		}
	})
}

// TestNobodyShutsLogtoOff for others by what fails for himself alone.
func TestNobodyShutsLogtoOff(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, s *still) {
		document := `{ me { name } }`
		before := s.ask(t.Context(), s.token("bob"), document).body
		for range 50 {
			s.logto.Fail(fault{Status: http.StatusInternalServerError, Path: "/api/users/{userId}"})
			s.ask(t.Context(), s.token("alice"), document)
			for _, f := range []fault{
				{Status: http.StatusGatewayTimeout}, {Status: http.StatusBadGateway}, {Failure: logtotest.ResetConnection}, {Failure: logtotest.Hang},
			} {
				f.Method, f.Path = http.MethodPost, "/api/users/{userId}/password/verify"
				s.logto.Fail(f)
				s.ask(t.Context(), s.token("alice"), `mutation { verifyPassword(input: {password: "x"}) { errors { code } } }`)
			}
		}
		if diff := cmp.Diff(before, s.ask(t.Context(), s.token("bob"), document).body); diff != "" {
			t.Errorf("bob (-before +after):\n%s", diff)
		}
	})
}

// TestHangingLogto takes no more patience of those who come later than a second, and
// none at all when it is known to hang.
func TestHangingLogto(t *testing.T) {
	t.Parallel()
	for _, timeout := range []string{"30s", "8s"} {
		t.Run(timeout, func(t *testing.T) {
			t.Parallel()
			hangingLogto(t, env{"OPERATION_TIMEOUT": timeout})
		})
	}
}

func hangingLogto(t *testing.T, given env) {
	t.Helper()
	inBubble(t, given, func(t *testing.T, s *still) {
		s.logto.Fail(fault{Path: "/api/users/{userId}", Failure: logtotest.Hang, Times: 1000})
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() { s.ask(context.Background(), s.token("alice"), `{ me { name } }`) })
		}
		synctest.Wait()
		began := time.Now()
		s.ask(t.Context(), s.token("bob"), `{ me { name } }`)
		if waited := time.Since(began); waited > time.Second {
			t.Errorf("bob waits for %v", waited)
		}
		wg.Wait()
		if state := s.network.State(); state.Breaker != "open" {
			t.Errorf("when the first calls have timed out: %+v", state)
		}
	})
}
