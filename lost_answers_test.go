package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// change is a mutation with the one event that it makes.
type change struct {
	name  string
	input func(page) object
	event string
	data  map[string]string
}

// turnChanges are the changes of bob's account that take a turn.
func turnChanges() []change {
	proved := func(more object) func(page) object {
		return func(p page) object { return merged(more, object{"stepUpProof": p.byFreshSignIn()}) }
	}
	address := func(name string) func(page) object {
		return func(p page) object { return merged(p.identified(name), object{"stepUpProof": p.byFreshSignIn()}) }
	}
	email, phone := map[string]string{"previousEmail": "bob@example.com"}, map[string]string{"previousPhone": bobsPhone}
	target := map[string]string{"target": mockSocial}
	return []change{
		{"updateUsername", proved(object{"username": "bobby"}), "username.updated", nil},
		{"updatePrimaryEmail", address("updatePrimaryEmail"), "primaryEmail.updated", email},
		{"removePrimaryEmail", proved(object{}), "primaryEmail.removed", email},
		{"updatePrimaryPhone", address("updatePrimaryPhone"), "primaryPhone.updated", phone},
		{"removePrimaryPhone", proved(object{}), "primaryPhone.removed", phone},
		{"changePassword", proved(object{"newPassword": "Xk9-fresh-Orchid-42"}), "password.changed", nil},
		{"linkIdentity", func(p page) object { return linkInput(p.startedLinkOf(), "b1") }, "identity.linked", target},
		{"unlinkIdentity", func(p page) object {
			p.manage(http.MethodPut, "/api/users/{bob}/identities/"+mockSocial, object{"userId": "b1"})
			return proved(object{"target": mockSocial})(p)
		}, "identity.unlinked", target},
		{"createPersonalAccessToken", proved(object{"name": "lost"}), "personalAccessToken.created", map[string]string{"name": "lost"}},
		{"confirmTotpEnrollment", func(p page) object { return p.confirm(p.startEnrollment(p.byPassword())) }, "totp.enrolled", nil},
		{"generateBackupCodes", func(p page) object {
			p.giveBobTotp()
			return proved(object{})(p)
		}, "backupCodes.generated", nil},
		{"removeMfaVerification", func(p page) object {
			p.giveBobTotp()
			return proved(object{"id": p.factors("bob")["Totp"]})(p)
		}, "mfaVerification.removed", map[string]string{"type": "Totp"}},
		{"suspendAccount", proved(object{"confirm": "bob"}), "suspended", nil},
		{"deleteAccount", proved(object{"confirm": "bob"}), "deleted", merged(email, phone)},
	}
}

// TestLostAnswers: when Logto makes a change and its answer is lost, the client is
// told that it may have been made, and so is the operator's receiver, which would
// warn nobody otherwise.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	losses := []struct {
		name, code, message string
		lose                func(w http.ResponseWriter)
	}{
		{"cut", "UPSTREAM_TIMEOUT", "Logto did not answer.", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }},
		{"gateway", "UPSTREAM_TIMEOUT", "Logto did not answer.", func(w http.ResponseWriter) { w.WriteHeader(http.StatusGatewayTimeout) }},
		{"edge", "UPSTREAM_TIMEOUT", "Logto did not answer.", func(w http.ResponseWriter) { w.WriteHeader(520) }},
		{"unusable", "UPSTREAM_UNAVAILABLE", "Logto gave an answer that can't be used.", func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) }},
	}
	for _, change := range turnChanges() {
		for _, loss := range losses {
			if loss.name == "unusable" && answersNothing[change.name] {
				continue
			}
			t.Run(change.name+" "+loss.name, func(t *testing.T) {
				t.Parallel()
				r, logto := newReceiver(t), newLogto(t)
				p := newProxy(t, logto.Endpoint)
				w := newProofWorldOn(t, logto, merged(r.env(), env{"LOGTO_ENDPOINT": p.URL, "SELF_SUSPENSION": "true"}))
				bob := w.page("bob")
				id, input := bob.id, change.input(bob)
				p.intercept(func(rw http.ResponseWriter, request *http.Request, next http.Handler) {
					writes := request.Method != http.MethodGet && strings.HasPrefix(request.URL.Path, "/api/users/"+id)
					if deletesSession := strings.Contains(request.URL.Path, "/sessions/"); !writes || deletesSession {
						next.ServeHTTP(rw, request)
						return
					}
					next.ServeHTTP(httptest.NewRecorder(), request)
					loss.lose(rw)
				})
				a := bob.must("top-level "+loss.code, bob.do(change.name, input))
				if want := loss.message + " The change may have been made or not: read before you try again."; !strings.Contains(a.body, want) {
					t.Errorf("answer: %s", a.body)
				}
				for {
					told := r.await(t, 1)[0]
					if told.Type == "account.session.revoked" {
						continue // Deletion ends sessions first.
					}
					want := event{"account." + change.event, id, w.logto.ClientID, map[string]string{"outcome": "unknown"}}
					for key, value := range change.data {
						want.Data[key] = value
					}
					if diff := cmp.Diff(want, told); diff != "" {
						t.Errorf("event (-want +got):\n%s", diff)
					}
					return
				}
			})
		}
	}
}

// answersNothing are the mutations to whose write Logto answers nothing that is
// looked at.
var answersNothing = map[string]bool{"confirmTotpEnrollment": true, "removeMfaVerification": true, "deleteAccount": true}

// TestGatewayLosesBackupCodes: codes whose making a gateway lost the answer to may be
// there, and it isn't said that they are not.
func TestGatewayLosesBackupCodes(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	p := newProxy(t, logto.Endpoint)
	w := newProofWorldOn(t, logto, env{"LOGTO_ENDPOINT": p.URL})
	alice := w.page("alice")
	proof := alice.byFreshSignIn()
	p.failNth(1, http.MethodPost, "/mfa-verifications", http.StatusBadGateway)
	a := alice.must("PARTLY_DONE", alice.do("generateBackupCodes", object{"replace": true, "stepUpProof": proof}))
	if want := "The old backup codes no longer work. Whether new ones were made isn't known: make new ones again."; a.first["message"] != want {
		t.Errorf("message %q", a.first["message"])
	}
}
