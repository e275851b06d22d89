package logtotest

import (
	"errors"
	"fmt"
)

const (
	accountScopes = "account:read account:write account:security"
	// openidScopes are what the demo's application asks for at sign-in.
	openidScopes = "openid offline_access profile email phone custom_data identities roles"

	sessionLifetime = 14 * 24 * 3600
	grantLifetime   = 180 * 24 * 3600

	// browser is the user agent of a sign-in that names none.
	browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
)

// Tokens are what a sign-in gives.
type Tokens struct {
	AccessToken string `json:"accessToken"`
	IDToken     string `json:"idToken"`
	// RefreshToken goes to POST /oidc/token and dies with the sign-in's grant.
	RefreshToken string `json:"-"`
}

var errCannotSignIn = errors.New("no such user, or suspended")

// SignIn stands for a sign-in of just now at ClientID, through /oidc/auth with
// max_age=0 and the nonce: it leaves a session and a grant, and the ID token has
// auth_time and, unless it is empty, the nonce. The user is a demo account's name
// or an id. A suspended user cannot sign in.
func (s *Server) SignIn(user, nonce string) (Tokens, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signIn(user, nonce)
}

func (s *Server) signIn(user, nonce string) (Tokens, error) {
	u := s.named(user)
	if u == nil || u.data["isSuspended"] == true {
		return Tokens{}, fmt.Errorf("sign in %s: %w", user, errCannotSignIn)
	}
	session := s.addSession(u, s.ClientID, browser)
	authorization := session["authorizations"].(object)[s.ClientID].(object)
	grant := &tokenGrant{
		userID: u.id(), clientID: s.ClientID, grantID: authorization["grantId"].(string), scope: openidScopes,
		expires: s.seconds() + sessionLifetime, authTime: session["loginTs"], nonce: nonce,
	}
	refreshToken := newToken()
	s.refreshTokens[refreshToken] = grant
	return Tokens{
		AccessToken:  s.accessToken(u.id(), s.ClientID, AccountResource, accountScopes),
		IDToken:      s.idToken(u.id(), s.ClientID, grant.freshness()...),
		RefreshToken: refreshToken,
	}, nil
}

// addSession records a sign-in as Logto does, and returns the session's payload.
func (s *Server) addSession(u *user, client, userAgent string) object {
	now := s.seconds()
	grant := s.addGrant(u, client, openidScopes, object{AccountResource: accountScopes})
	payload := object{
		"exp": now + sessionLifetime, "iat": now, "jti": newToken(), "uid": newToken(), "kind": "Session",
		"loginTs": now, "accountId": u.id(),
		"authorizations": object{client: object{"sid": newToken(), "grantId": grant["id"], "persistsLogout": true}},
	}
	u.sessions = append(u.sessions, object{
		"payload": payload,
		"lastSubmission": object{
			"interactionEvent": "SignIn",
			"userId":           u.id(),
			"verificationRecords": []any{object{
				"id": newID(21), "type": "Password", "verified": true,
				"identifier": object{"type": "username", "value": u.data["username"]},
			}},
			"signInContext": object{"ip": "127.0.0.1", "userAgent": userAgent},
		},
		"clientId":  client,
		"accountId": u.id(),
		"expiresAt": s.millis() + sessionLifetime*1000,
	})
	s.addLog("Interaction.SignIn.Submit", u.id(), client, userAgent)
	u.data["lastSignInAt"] = s.millis()
	if u.data["applicationId"] == nil {
		u.data["applicationId"] = client
	}
	s.touch(u)
	return payload
}

// addGrant records that a user lets an application act, with OpenID scopes, with
// scopes by resource indicator, or both.
func (s *Server) addGrant(u *user, client, openid string, resources object) object {
	id := newToken()
	payload := object{
		"exp": s.seconds() + grantLifetime, "iat": s.seconds(), "jti": id, "kind": "Grant",
		"clientId": client, "accountId": u.id(),
	}
	if openid != "" {
		payload["openid"] = object{"scope": openid}
	}
	if len(resources) > 0 {
		payload["resources"] = resources
	}
	grant := object{
		"id": id, "payload": payload, "expiresAt": s.millis() + grantLifetime*1000,
		"application": pick(byKey(s.applications, "id", client), "id", "name"),
	}
	u.grants = append(u.grants, grant)
	return grant
}
