package logtotest

import "strings"

// seed fills a fresh tenant: Logto's own Management API, the account API with its
// role for every user, the applications and the demo's people.
func (s *Server) seed() error {
	s.tenant = tenant{
		roleScopes: map[string][]string{}, applicationRoles: map[string][]string{}, codes: map[string]*verificationCode{},
		opaqueTokens: map[string]*tokenGrant{}, refreshTokens: map[string]*tokenGrant{}, subjectTokens: map[string]*tokenGrant{},
		accountCenter: object{
			"tenantId": "default", "id": "default", "enabled": false, "fields": object{}, "webauthnRelatedOrigins": []any{},
			"deleteAccountUrl": nil, "customCss": nil, "profileFields": nil,
		},
		connectors:       defaultConnectors(),
		signInExperience: demoSignInExperience(),
	}
	key, err := NewKey("ES384")
	if err != nil {
		return err
	}
	s.rotateTo(key)
	powerful := s.seedAccess()
	s.seedApplications(powerful)
	s.seedPeople()
	return nil
}

// seedAccess makes the API resources with their scopes and roles, and returns the
// id of the role for the Management API.
func (s *Server) seedAccess() (powerful string) {
	management := s.addResource(object{"name": "Logto Management API", "indicator": ManagementResource})
	all := s.addScope(management, object{"name": "all", "description": "Default scope for Management API, allows all permissions."})
	role := s.addRole(object{
		"name": "Logto Management API access", "description": "Default role for Management API.", "type": "MachineToMachine",
	}, all["id"].(string))

	account := s.addResource(object{"name": "Account API", "indicator": AccountResource})
	scopes := []string{}
	for _, name := range strings.Fields(accountScopes) {
		scopes = append(scopes, s.addScope(account, object{"name": name})["id"].(string))
	}
	s.addRole(object{"name": "account-user", "description": "Self-service account user", "isDefault": true}, scopes...)
	return role["id"].(string)
}

func (s *Server) seedApplications(powerful string) {
	add := func(name, kind string, columns object) object {
		return s.addApplication(merged(object{"name": name, "type": kind}, columns))
	}
	id := func(application object) string { return application["id"].(string) }
	secret := func(application object) string { return application["secret"].(string) }

	backend := add("account-backend", "MachineToMachine", nil)
	s.AppID, s.AppSecret = id(backend), secret(backend)
	s.applicationRoles[s.AppID] = []string{powerful}
	powerless := add("powerless-backend", "MachineToMachine", nil)
	s.PowerlessAppID, s.PowerlessAppSecret = id(powerless), secret(powerless)

	s.ClientID = id(add("account-web", "SPA", comingBackTo("http://localhost:3000/callback", "http://localhost:5173/callback")))
	s.OtherClientID = id(add("shop-web", "SPA", comingBackTo("https://shop.example.com/callback")))
	s.ThirdPartyClientID = id(add("Third-party planner", "Traditional",
		merged(comingBackTo("https://planner.example.net/callback"), object{"isThirdParty": true})))
	exchanger := add("token-exchange", "Traditional", object{"customClientMetadata": object{"allowTokenExchange": true}})
	s.ExchangeClientID, s.ExchangeClientSecret = id(exchanger), secret(exchanger)
}

// comingBackTo are the columns of an application that people sign in to.
func comingBackTo(redirectURIs ...any) object {
	return object{"oidcClientMetadata": object{"redirectUris": redirectURIs, "postLogoutRedirectUris": []any{}}}
}

// demoSignInExperience lets people sign in by username, email and phone, with
// passwords and codes, and restricts both passwords and usernames.
func demoSignInExperience() object {
	return merged(defaultSignInExperience(), object{
		"passwordPolicy": object{
			"length":         object{"min": 8, "max": 256},
			"characterTypes": object{"min": 2},
			"rejects":        object{"pwned": true, "repetitionAndSequence": true, "userInfo": true, "words": []any{"acme"}},
		},
		"usernamePolicy": object{
			"caseSensitive": true, "minLength": 3, "maxLength": 32,
			"allowedChars": object{"lowercase": true, "uppercase": false, "numbers": true, "underscore": true},
		},
		"mfa": object{"factors": []any{"Totp", "WebAuthn", "BackupCode"}, "policy": "UserControlled"},
	})
}
