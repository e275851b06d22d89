package logtotest_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// inParallel makes the calls at the same time: each has read before any writes,
// since a bubble's clock stands still until all of them wait. It counts the
// outcomes: the error code, or else the status in words.
func inParallel(t *testing.T, server *logtotest.Server, calls int, method string, path func(i int) string, body any) map[string]int {
	t.Helper()
	outcomes := make([]string, calls)
	synctest.Test(t, func(*testing.T) {
		for i := range calls {
			go func() {
				status, result := server.Manage(method, path(i), body)
				outcomes[i] = outcome(status, result)
			}()
		}
		synctest.Wait()
		time.Sleep(time.Second)
	})
	counts := map[string]int{}
	for _, outcome := range outcomes {
		counts[outcome]++
	}
	return counts
}

func outcome(status int, result any) string {
	if code := codeOf(result); code != "" {
		return code
	}
	return http.StatusText(status)
}

func always(path string) func(int) string { return func(int) string { return path } }

func TestParallelTOTPsAllSucceed(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{RaceWindow: time.Millisecond})
	factors := "/api/users/" + server.Account("bob").ID + "/mfa-verifications"
	got := inParallel(t, server, 5, http.MethodPost, always(factors), map[string]any{"type": "Totp"})
	if diff := cmp.Diff(map[string]int{"OK": 5}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if listed := must(t, server, http.StatusOK, http.MethodGet, factors, nil).([]any); len(listed) != 5 {
		t.Errorf("%d factors are listed, want 5", len(listed))
	}
}

func TestParallelLinksShareAnAccount(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{RaceWindow: time.Millisecond})
	users := []string{server.Account("bob").ID, server.Account("carol").ID}
	path := func(i int) string { return "/api/users/" + users[i] + "/identities/somewhere" }
	got := inParallel(t, server, 2, http.MethodPut, path, map[string]any{"userId": "the-same"})
	if diff := cmp.Diff(map[string]int{"Created": 2}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	status, result := server.Manage(http.MethodPut, "/api/users/"+server.Account("alice").ID+"/identities/somewhere", map[string]any{"userId": "the-same"})
	if outcome(status, result) != "user.identity_already_in_use" {
		t.Errorf("later link: %d %v, want it refused", status, result)
	}
}

func TestParallelSendsPassTheLimit(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{RaceWindow: time.Millisecond})
	body := map[string]any{"email": "parallel@example.com"}
	got := inParallel(t, server, 30, http.MethodPost, always("/api/verification-codes"), body)
	if diff := cmp.Diff(map[string]int{"No Content": 30}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// Of sends that replace the same code one finds it, and the rest fail.
func TestParallelResendsCollide(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{RaceWindow: time.Millisecond})
	body := map[string]any{"email": "parallel@example.com"}
	must(t, server, http.StatusNoContent, http.MethodPost, "/api/verification-codes", body)
	got := inParallel(t, server, 8, http.MethodPost, always("/api/verification-codes"), body)
	if diff := cmp.Diff(map[string]int{"No Content": 1, "entity.not_found": 7}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

func TestParallelWrongCodesPassTheLimit(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{RaceWindow: time.Millisecond})
	must(t, server, http.StatusNoContent, http.MethodPost, "/api/verification-codes", map[string]any{"phone": "12025550100"})
	wrong := map[string]any{"phone": "12025550100", "verificationCode": "not it"}
	got := inParallel(t, server, 40, http.MethodPost, always("/api/verification-codes/verify"), wrong)
	if got["verification_code.code_mismatch"] <= 10 {
		t.Errorf("outcomes %v: want more than ten mismatches", slices.Sorted(maps.Keys(got)))
	}
	status, result := server.Manage(http.MethodPost, "/api/verification-codes/verify", wrong)
	if outcome(status, result) != "verification_code.exceed_max_try" {
		t.Errorf("later try: %d %v, want verification_code.exceed_max_try", status, result)
	}
}
