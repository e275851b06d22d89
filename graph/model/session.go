package model

import (
	"strings"

	"github.com/mileusna/useragent"

	"accountql/logto"
)

// longUserAgent is how many bytes are taken of what a browser, or whoever signed in,
// called itself. Browsers need 200.
const longUserAgent = 512

// NewSession presents a session. Browser and operating system are read out of the
// user agent, for people.
func NewSession(s logto.Session) *Session {
	userAgent := s.UserAgent
	if len(userAgent) > longUserAgent {
		userAgent = strings.ToValidUTF8(userAgent[:longUserAgent], "")
	}
	agent := useragent.Parse(userAgent)
	return &Session{
		ID: s.UID, ApplicationIds: s.ApplicationIDs, IP: optionalText(s.IP),
		UserAgent: optionalText(userAgent), Browser: optionalText(agent.Name), Os: optionalText(agent.OS),
		City: optionalText(s.City), Country: optionalText(s.Country),
		SignedInAt: optionalTime(s.SignedInAt), ExpiresAt: optionalTime(s.ExpiresAt),
	}
}
