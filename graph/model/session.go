package model

import (
	"github.com/mileusna/useragent"

	"accountql/logto"
)

// NewSession presents a session. Browser and operating system are read out of the
// user agent, for people.
func NewSession(s logto.Session) *Session {
	agent := useragent.Parse(s.UserAgent)
	return &Session{
		ID: s.UID, ApplicationIds: s.ApplicationIDs, IP: optionalText(s.IP),
		UserAgent: optionalText(s.UserAgent), Browser: optionalText(agent.Name), Os: optionalText(agent.OS),
		City: optionalText(s.City), Country: optionalText(s.Country),
		SignedInAt: optionalTime(s.SignedInAt), ExpiresAt: optionalTime(s.ExpiresAt),
	}
}
