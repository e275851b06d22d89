package logtotest_test

import (
	"net/http"
	"testing"
	"time"

	"accountql/logto/logtotest"
)

const (
	codesPath  = "/api/verification-codes"
	verifyPath = "/api/verification-codes/verify"
)

// sentCode sends a code and returns it.
func sentCode(t *testing.T, server *logtotest.Server, recipient object) string {
	t.Helper()
	must(t, server, http.StatusNoContent, http.MethodPost, codesPath, recipient)
	messages := server.Messages()
	return messages[len(messages)-1].Code
}

func TestCodeLivesTenMinutes(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	code := sentCode(t, server, object{"email": "a@example.com"})
	verification := object{"email": "a@example.com", "verificationCode": code}
	server.Advance(10*time.Minute + time.Second)
	refused(t, server, "verification_code.expired", http.MethodPost, verifyPath, verification)
	server.Advance(-2 * time.Second)
	must(t, server, http.StatusNoContent, http.MethodPost, verifyPath, verification)
	refused(t, server, "verification_code.not_found", http.MethodPost, verifyPath, verification)
}

func TestCodeBelongsToTheRecipientByteForByte(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	code := sentCode(t, server, object{"email": "Mixed@Example.com"})
	refused(t, server, "verification_code.not_found", http.MethodPost, verifyPath, object{"email": "mixed@example.com", "verificationCode": code})
	must(t, server, http.StatusNoContent, http.MethodPost, verifyPath, object{"email": "Mixed@Example.com", "verificationCode": code})
}

func TestSendReplacesTheCode(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	recipient := object{"phone": "12025550100"}
	first, second := sentCode(t, server, recipient), sentCode(t, server, recipient)
	if first != second {
		refused(t, server, "verification_code.code_mismatch", http.MethodPost, verifyPath, object{"phone": "12025550100", "verificationCode": first})
	}
	must(t, server, http.StatusNoContent, http.MethodPost, verifyPath, object{"phone": "12025550100", "verificationCode": second})
}

func TestEmailAndPhoneTogetherReachTheEmail(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	must(t, server, http.StatusNoContent, http.MethodPost, codesPath, object{"email": "a@example.com", "phone": "12025550100"})
	messages := server.Messages()
	if len(messages) != 1 || messages[0].To != "a@example.com" {
		t.Errorf("messages %v, want one to the email address", messages)
	}
}

func TestTenSendsInTenMinutes(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	recipient := object{"email": "a@example.com"}
	for range 10 {
		sentCode(t, server, recipient)
	}
	refused(t, server, "request.message_rate_limited", http.MethodPost, codesPath, recipient)
	sentCode(t, server, object{"email": "b@example.com"})
	server.Advance(10*time.Minute + time.Second)
	sentCode(t, server, recipient)
}

func TestTenTriesThenNotEvenTheRightCode(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	code := sentCode(t, server, object{"email": "a@example.com"})
	for range 10 {
		refused(t, server, "verification_code.code_mismatch", http.MethodPost, verifyPath, object{"email": "a@example.com", "verificationCode": "wrong"})
	}
	refused(t, server, "verification_code.exceed_max_try", http.MethodPost, verifyPath, object{"email": "a@example.com", "verificationCode": code})
}

func TestTenantWithoutSMS(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	sms := connectorID(t, server, "mock-sms")
	must(t, server, http.StatusNoContent, http.MethodDelete, "/api/connectors/"+sms, nil)
	refused(t, server, "connector.not_found", http.MethodPost, codesPath, object{"phone": "12025550100"})
	sentCode(t, server, object{"email": "a@example.com"})

	added := must(t, server, http.StatusOK, http.MethodPost, "/api/connectors", object{"connectorId": "mock-short-message-service"}).(object)
	if added["id"] == sms || added["type"] != "Sms" {
		t.Errorf("added %v, want another SMS connector", added)
	}
	sentCode(t, server, object{"phone": "12025550100"})
}

// The only check of an address is that it has no white space, an @ and a dot.
func TestRecipientsAreHardlyChecked(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	for _, address := range []string{"a@evil.example,b@corp.example", "b@corp.example<a@evil.example>"} {
		sentCode(t, server, object{"email": address})
	}
	for _, address := range []string{"a b@example.com", "a\u00a0b@example.com", "a@example", "@example.com"} {
		refused(t, server, "guard.invalid_input", http.MethodPost, codesPath, object{"email": address})
	}
	refused(t, server, "guard.invalid_input", http.MethodPost, codesPath, object{"phone": "+12025550100"})
	must(t, server, http.StatusInternalServerError, http.MethodPost, codesPath, object{"email": "a\x00b@example.com"})
}
