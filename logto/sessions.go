package logto

import (
	"context"
	"maps"
	"net/url"
	"slices"
)

// Session is a sign-in at Logto in one browser. The value of its cookie, which
// Logto lists as well, is not decoded.
type Session struct {
	// UID is the session's id.
	UID string
	// ApplicationIDs are the applications signed in to, sorted.
	ApplicationIDs []string
	// GrantIDs are the grants that they have from this sign-in, sorted.
	GrantIDs []string
	// SignedInAt is the time of the last sign-in: what ID tokens call auth_time.
	SignedInAt Time
	ExpiresAt  Time
	// IP and UserAgent are those of the last sign-in. City and Country come from a
	// proxy in front of Logto. Any can be empty.
	IP, UserAgent, City, Country string
}

// UnmarshalJSON picks the fields out of Logto's, where the sign-in is in seconds.
func (s *Session) UnmarshalJSON(data []byte) error {
	var stored struct {
		Payload struct {
			UID            string  `json:"uid"`
			LoginTs        float64 `json:"loginTs"`
			Authorizations map[string]struct {
				GrantID string `json:"grantId"`
			} `json:"authorizations"`
		} `json:"payload"`
		ExpiresAt      Time `json:"expiresAt"`
		LastSubmission struct {
			SignInContext struct {
				IP        string `json:"ip"`
				UserAgent string `json:"userAgent"`
				City      string `json:"city"`
				Country   string `json:"country"`
			} `json:"signInContext"`
		} `json:"lastSubmission"`
	}
	if err := decode(data, &stored); err != nil {
		return err
	}
	var grantIDs []string
	for _, authorization := range stored.Payload.Authorizations {
		if authorization.GrantID != "" {
			grantIDs = append(grantIDs, authorization.GrantID)
		}
	}
	slices.Sort(grantIDs)
	signIn := stored.LastSubmission.SignInContext
	*s = Session{
		UID:            stored.Payload.UID,
		ApplicationIDs: slices.Sorted(maps.Keys(stored.Payload.Authorizations)),
		GrantIDs:       grantIDs,
		SignedInAt:     fromUnix(stored.Payload.LoginTs),
		ExpiresAt:      stored.ExpiresAt,
		IP:             signIn.IP, UserAgent: signIn.UserAgent, City: signIn.City, Country: signIn.Country,
	}
	return nil
}

// RevokeGrantsTarget says whose grants end together with a session.
type RevokeGrantsTarget string

// What ends with a session besides itself. Logto's default leaves refresh tokens
// of offline access working.
const (
	RevokeGrantsDefault    RevokeGrantsTarget = ""
	RevokeGrantsAll        RevokeGrantsTarget = "all"
	RevokeGrantsFirstParty RevokeGrantsTarget = "firstParty"
)

// ListSessions lists an account's sessions that have not expired. An unknown user
// has none.
//
// Management API: GET /api/users/{userId}/sessions.
func (c *Client) ListSessions(ctx context.Context, userID string) ([]Session, error) {
	answer, err := send[struct {
		Sessions []Session `json:"sessions"`
	}](ctx, c, call{
		endpoint: "GET /api/users/{userId}/sessions", values: []string{userID},
	})
	return answer.Sessions, err
}

// DeleteSession ends a session.
//
// Management API: DELETE /api/users/{userId}/sessions/{sessionId}.
func (c *Client) DeleteSession(ctx context.Context, userID, uid string, revoke RevokeGrantsTarget) error {
	var query url.Values
	if revoke != RevokeGrantsDefault {
		query = url.Values{"revokeGrantsTarget": {string(revoke)}}
	}
	return c.exec(ctx, call{
		endpoint: "DELETE /api/users/{userId}/sessions/{sessionId}", values: []string{userID, uid}, query: query,
	})
}
