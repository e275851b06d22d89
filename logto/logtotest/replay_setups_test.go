package logtotest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// setups bring the server into the state in which a request was recorded, by globs
// of the recordings' names. All that match run, in this order.
var setups = []struct {
	recording string
	run       func(*stage)
}{
	{"auth-401-id-token", func(s *stage) {
		s.claimant(s.Response.Body.(object)["data"].(object)["payload"].(object))
	}},
	{"check-password-*", func(s *stage) { s.noBreachedPasswords = true }},
	{"check-password-policy-*", recordedPolicy},
	{"check-password-policy-user-email", func(s *stage) {
		email := s.sent("password")
		s.subject().data["primaryEmail"], s.subject().data["username"] = email, strings.Split(email, "@")[0]
	}},
	{"sign-in-exp-get-with-policy", recordedPolicy},
	{"sign-in-exp-patch-*", recordedPolicy},
	{"sign-in-exp-patch-username-policy-*", func(s *stage) { s.signInExperience["usernamePolicy"] = object{"minLength": 5.0} }},

	{"connectors-list", func(s *stage) {
		for _, recorded := range s.answered() {
			configure(s, recorded)
		}
	}},
	{"connectors-get", func(s *stage) { configure(s, s.Response.Body.(object)) }},

	{"custom-data-get", func(s *stage) { s.subject().data["customData"] = s.Response.Body }},
	{"custom-data-get-empty", func(s *stage) { s.subject().data["customData"] = s.Response.Body }},
	{"logto-configs-patch-enabled", func(s *stage) { s.subject().configs["mfa"] = object{"skipped": true} }},

	{"grants-list-*", func(s *stage) {
		if body := s.Response.Body.(object); body["grants"] != nil {
			s.grant(s.subject(), objects(body["grants"])...)
		}
	}},
	{"grants-list-third-party-only", func(s *stage) { s.addGrant(s.subject(), s.ClientID, openidScopes, nil) }},
	{"grants-delete-third-party", func(s *stage) { s.grant(s.subject(), s.grantOf(s.lastSegment())) }},
	{"grants-delete-other-user", func(s *stage) { s.grant(s.addUser(nil), s.grantOf(s.lastSegment())) }},

	{"sessions-list", func(s *stage) { s.subject().sessions = objects(s.Response.Body.(object)["sessions"]) }},
	{"sessions-get", func(s *stage) { s.subject().sessions = []object{s.Response.Body.(object)} }},
	{"sessions-delete*", func(s *stage) {
		s.addSession(s.subject(), s.ClientID, browser)["uid"] = s.lastSegment()
	}},
	{"sessions-delete-again", func(s *stage) { s.subject().sessions = nil }},

	{"identities-delete-last", func(s *stage) {
		s.subject().data["identities"] = object{s.lastSegment(): object{"userId": "somebody"}}
	}},
	{"identities-get*", func(s *stage) {
		if body, isObject := s.Response.Body.(object); isObject && body["identity"] != nil {
			s.subject().data["identities"] = object{s.lastSegment(): body["identity"]}
		}
	}},
	{"all-identities", func(s *stage) {
		for _, social := range objects(s.Response.Body.(object)["socialIdentities"]) {
			s.subject().data["identities"] = object{social["target"].(string): social["identity"]}
		}
	}},
	{"identities-post-again-*", func(s *stage) {
		s.subject().data["identities"] = object{"mock-social": object{"userId": "before"}}
	}},
	{"identities-post-in-use", func(s *stage) {
		account := s.Request.Body.(object)["connectorData"].(object)["userId"]
		s.addUser(object{"identities": object{"mock-social": object{"userId": account}}})
	}},
	{"identities-put-in-use", func(s *stage) {
		s.addUser(object{"identities": object{s.lastSegment(): object{"userId": s.sent("userId")}}})
	}},
	{"identities-put-unknown-target", func(s *stage) {
		identities := maps.Clone(s.Response.Body.(object))
		delete(identities, s.lastSegment())
		s.subject().data["identities"] = identities
	}},

	{"mfa-list-*", func(s *stage) {
		recorded, isList := s.Response.Body.([]any)
		if !isList {
			return
		}
		for _, factor := range objects(recorded) {
			if factor["type"] == "BackupCode" {
				factor["codes"] = unusedBackupCodes(int(factor["remainCodes"].(float64)))
			}
			s.subject().mfa = append(s.subject().mfa, factor)
		}
	}},
	{"mfa-totp-second", hasTOTP("")},
	{"mfa-backup-generated", hasTOTP("")},
	{"mfa-backup-own-codes", hasTOTP("")},
	{"mfa-backup-invalid-codes", hasTOTP("")},
	{"mfa-backup-second", hasTOTP("")},
	{"mfa-backup-second", func(s *stage) { s.addBackupCodes(s.subject(), "backup") }},
	{"mfa-delete-backup", func(s *stage) { s.addBackupCodes(s.subject(), s.lastSegment()) }},
	{"mfa-delete-totp-leaves-backup", func(s *stage) {
		hasTOTP(s.lastSegment())(s)
		s.addBackupCodes(s.subject(), "backup")
	}},
	{"mfa-delete-other-user", func(s *stage) { s.addBackupCodes(s.addUser(nil), s.lastSegment()) }},

	{"my-account-disabled", func(s *stage) { s.bearer(s.opaque(s.addUser(nil), openidScopes)) }},
	{"userinfo-ok", func(s *stage) {
		s.bearer(s.opaque(s.claimant(s.Response.Body.(object)), "openid profile email"))
	}},
	{"userinfo-suspended", func(s *stage) {
		s.bearer(s.opaque(s.addUser(object{"isSuspended": true}), openidScopes))
	}},
	{"userinfo-with-resource-jwt", func(s *stage) {
		s.bearer(s.accessToken(s.addUser(nil).id(), s.ExchangeClientID, AccountResource, "account:read"))
	}},

	{"*-after-rsa-rotation", rotated},
	{"logs-list*", func(s *stage) {
		s.logs = objects(s.all["logs-list"].Response.Body)
		slices.Reverse(s.logs)
	}},
	{"organizations-list", func(s *stage) {
		for _, recorded := range s.answered() {
			delete(recorded, "organizationRoles")
			s.organizations = append(s.organizations, recorded)
			s.subject().organizations[recorded["id"].(string)] = []string{}
		}
	}},
	{"roles-list", func(s *stage) {
		s.roles = s.answered()
		s.subject().roles = []string{s.roles[0]["id"].(string)}
	}},

	{"password-verify-ok*", func(s *stage) { s.subject().digest = digest(s.sent("password")) }},
	{"password-verify-suspended", func(s *stage) {
		s.subject().digest, s.subject().data["isSuspended"] = digest(s.sent("password")), true
	}},

	{"pat-list", func(s *stage) { s.subject().tokens = s.answered() }},
	{"pat-create-duplicate", func(s *stage) { s.personalToken(s.subject(), s.sent("name")) }},
	{"pat-rename-body", func(s *stage) { s.answeredToken(s.sent("currentName")) }},
	{"pat-rename-body-same", func(s *stage) { s.answeredToken(s.sent("name")) }},
	{"pat-rename-path", func(s *stage) { s.answeredToken(s.lastSegment()) }},
	{"pat-delete-body", func(s *stage) { s.personalToken(s.subject(), s.sent("name")) }},
	{"pat-delete-path*", func(s *stage) { s.personalToken(s.subject(), s.lastSegment()) }},

	{"refresh-after-session-delete-*", func(s *stage) {
		s.refreshTokens[s.form().Get("refresh_token")] = &tokenGrant{
			userID: s.addUser(nil).id(), clientID: s.ExchangeClientID, grantID: "revoked with the session",
			scope: openidScopes, expires: s.seconds() + grantLifetime,
		}
	}},
	{"refresh-after-session-delete-only", func(s *stage) {
		u := s.claimant(s.tokenClaims(s.Response.Body.(object)["id_token"]))
		grant := s.refreshTokens[s.form().Get("refresh_token")]
		grant.userID, grant.grantID = u.id(), s.addGrant(u, s.ExchangeClientID, openidScopes, nil)["id"].(string)
	}},
	{"token-cc-*", asMachine},
	{"token-bad-grant", asMachine},
	{"token-cc-bad-secret", func(s *stage) { s.secret = "wrong" }},
	{"token-cc-unknown-client", func(s *stage) { s.clientID = "nope" }},
	{"token-exchange-*", asExchanger},
	{"refresh-*", asExchanger},
	{"introspect-*", asExchanger},
	{"introspect-suspended-opaque", func(s *stage) {
		s.opaqueTokens[s.form().Get("token")] = &tokenGrant{
			userID: s.addUser(object{"isSuspended": true}).id(), clientID: s.ExchangeClientID, expires: s.seconds() + tokenLifetime,
		}
	}},
	{"token-exchange-pat", func(s *stage) {
		u := s.addUser(object{"id": s.tokenClaims(s.Response.Body.(object)["access_token"])["sub"]})
		s.personalToken(u, "ci")["value"] = s.form().Get("subject_token")
	}},
	{"token-exchange-pat-expired", func(s *stage) {
		token := s.personalToken(s.addUser(nil), "old")
		token["value"], token["expiresAt"] = s.form().Get("subject_token"), s.millis()-1
	}},
	{"token-exchange-subject", func(s *stage) {
		u := s.addUser(object{"id": s.tokenClaims(s.Response.Body.(object)["access_token"])["sub"]})
		s.subjectTokens[s.form().Get("subject_token")] = &tokenGrant{userID: u.id(), expires: s.seconds() + 600}
	}},
	{"token-exchange-suspended-subject", func(s *stage) {
		u := s.addUser(object{"isSuspended": true})
		s.subjectTokens[s.form().Get("subject_token")] = &tokenGrant{userID: u.id(), expires: s.seconds() + 600}
	}},
	{"token-exchange-*-*", func(s *stage) {
		if jwtPlaceholder.MatchString(s.Request.Body.(string)) {
			s.claimant(s.tokenClaims(s.Request.Body))
		}
	}},

	{"user-get-deleted", func(s *stage) { s.users = nil }},
	{"user-get-304", func(s *stage) {
		s.Request.Headers = maps.Clone(s.Request.Headers)
		s.Request.Headers["if-none-match"] = entityTag(encodeJSON(s.show(s.subject())))
	}},
	{"user-patch-username-collision*", func(s *stage) {
		s.addUser(object{"username": strings.ToLower(s.sent("username"))})
	}},
	{"user-patch-username-empty-second-user", func(s *stage) { s.addUser(object{"username": nil}) }},
	{"user-patch-email-collision*", func(s *stage) {
		s.addUser(object{"primaryEmail": strings.ToLower(s.sent("primaryEmail"))})
	}},
	{"user-patch-phone-collision", func(s *stage) { s.addUser(object{"primaryPhone": s.sent("primaryPhone")}) }},

	{"verification-code-resend", func(s *stage) { s.code(s.sent("email"), "111111") }},
	{"verification-code-send-rate-limited", func(s *stage) {
		for range sendLimit {
			s.messages = append(s.messages, Message{To: s.sent("email"), At: s.now()})
		}
	}},
	{"verification-code-verify-after-rate-limit", sentCode},
	{"verification-code-verify-phone-ok", sentCode},
	{"verification-code-verify-expired", sentCode},
	{"verification-code-verify-expired", func(s *stage) {
		s.codes[s.sent("email")].sentAt = s.now().Add(-codeLifetime - time.Second)
	}},
	{"verification-code-verify-case-email", func(s *stage) { s.code(strings.ToLower(s.sent("email")), s.sent("verificationCode")) }},
	{"verification-code-verify-other-email", func(s *stage) {
		s.code(strings.TrimPrefix(s.sent("email"), "other_"), s.sent("verificationCode"))
	}},
	{"verification-code-verify-superseded", func(s *stage) { s.code(s.sent("email"), "222222") }},
	{"verification-code-verify-wrong", func(s *stage) { s.code(s.sent("email"), "222222") }},
	{"verification-code-verify-too-many", func(s *stage) { s.code(s.sent("email"), "222222").tries = codeMaxTries }},
	{"verification-code-verify-too-many-right-code", sentCode},
	{"verification-code-verify-too-many-right-code", func(s *stage) { s.codes[s.sent("email")].tries = codeMaxTries }},
}
