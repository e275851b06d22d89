package account_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"accountql/account"
	"accountql/store"
)

// TestTurnIsNotHad: who waits for another change of the account in vain is told of
// the conflict, and Logto, which is not there at all, is asked nothing.
func TestTurnIsNotHad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &account.Service{Store: store.NewMemory(time.Now)}
		other, err := service.Store.Lock(t.Context(), store.NewKey("account", "alice"))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Release()
		begun := time.Now()
		_, err = service.VerifyPassword(t.Context(), account.Caller{Subject: "alice"}, "correct-Horse-7-staple")
		refused, _ := errors.AsType[account.Errors](err)
		if len(refused) != 1 || refused[0].Code != account.Conflict {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(begun); waited < time.Second || waited > 10*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
}
