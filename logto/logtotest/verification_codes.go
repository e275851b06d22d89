package logtotest

import (
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"
)

const (
	codeLifetime = 10 * time.Minute
	codeMaxTries = 10
	// sendWindow and sendLimit bound the messages to one recipient, whoever asked
	// for them.
	sendWindow = 10 * time.Minute
	sendLimit  = 10
	// maxRecipient is the width of the column that holds the recipient.
	maxRecipient = 128
)

var (
	// emailPattern is ^\S+@\S+\.\S+$ with JavaScript's idea of white space.
	emailPattern = regexp.MustCompile(`^[^\s\v\p{Z}\x{FEFF}]+@[^\s\v\p{Z}\x{FEFF}]+\.[^\s\v\p{Z}\x{FEFF}]+$`)
	phonePattern = regexp.MustCompile(`^\d+$`)
)

// verificationCode is the one living code of a recipient: Logto notes neither a
// user nor a purpose.
type verificationCode struct {
	code   string
	sentAt time.Time
	tries  int
}

func verificationCodeRoutes() []route {
	email := field{"email", matching(emailPattern)}
	phone := field{"phone", matching(phonePattern)}
	code := field{"verificationCode", length(1, 0)}
	return []route{
		{
			method: http.MethodPost, pattern: "/api/verification-codes", handle: sendCode,
			body: either(shape(email), shape(phone)),
		},
		{
			method: http.MethodPost, pattern: "/api/verification-codes/verify", handle: verifyCode,
			body: either(shape(email, code), shape(phone, code)),
		},
	}
}

// recipient is whom the body names; of an email and a phone number the guard has
// left the email alone.
func (c *call) recipient() (address, connectorType string) {
	if email := c.text("email"); email != "" {
		return email, "Email"
	}
	return c.text("phone"), "Sms"
}

// sendCode replaces the recipient's code. Of two sends that replace the same code
// at once, the later finds nothing left to delete and answers 404; the limit is
// read before others have been counted.
func sendCode(c *call) response {
	recipient, connectorType := c.recipient()
	if hasNUL(recipient) {
		return internalError()
	}
	if byKey(c.connectors, "type", connectorType) == nil {
		return fail(http.StatusNotImplemented, "connector.not_found").
			with("message", "Cannot find any available connector for type: "+connectorType+".")
	}
	if utf8.RuneCountInString(recipient) > maxRecipient {
		return valueTooLong(maxRecipient)
	}
	if c.recentMessages(recipient) >= sendLimit {
		return fail(http.StatusTooManyRequests, "request.message_rate_limited")
	}
	previous := c.codes[recipient]
	c.race()
	if previous != nil && c.codes[recipient] != previous {
		return notFound()
	}
	sent := &verificationCode{code: fromAlphabet("0123456789", 6), sentAt: c.now()}
	c.codes[recipient] = sent
	c.messages = append(c.messages, Message{To: recipient, Code: sent.code, At: sent.sentAt})
	return noContent()
}

func (s *Server) recentMessages(recipient string) int {
	count := 0
	for _, message := range s.messages {
		if message.To == recipient && s.now().Sub(message.At) < sendWindow {
			count++
		}
	}
	return count
}

// verifyCode consumes the recipient's code. The number of tries is read before
// those that run at the same time have been counted.
func verifyCode(c *call) response {
	recipient, _ := c.recipient()
	code := c.codes[recipient]
	switch {
	case code == nil:
		return fail(http.StatusBadRequest, "verification_code.not_found")
	case c.now().Sub(code.sentAt) > codeLifetime:
		return fail(http.StatusBadRequest, "verification_code.expired")
	case code.tries >= codeMaxTries:
		return fail(http.StatusBadRequest, "verification_code.exceed_max_try")
	}
	c.race()
	if code.code != c.text("verificationCode") {
		code.tries++
		return fail(http.StatusBadRequest, "verification_code.code_mismatch")
	}
	if c.codes[recipient] == code {
		delete(c.codes, recipient)
	}
	return noContent()
}
