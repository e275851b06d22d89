package logtotest

func recordedPolicy(s *stage) {
	policy := s.all["sign-in-exp-get-with-policy"].Response.Body.(object)["passwordPolicy"]
	s.signInExperience["passwordPolicy"] = policy
}

// configure gives a connector the settings recorded.
func configure(s *stage, recorded object) {
	connector := byKey(s.connectors, "id", recorded["id"])
	if connector == nil {
		s.Fatalf("no connector %v", recorded["id"])
	}
	connector["config"], connector["metadata"] = recorded["config"], recorded["metadata"]
}

// grant gives a user recorded grants, of applications named as there.
func (s *stage) grant(u *user, grants ...object) {
	u.grants = append(u.grants, grants...)
	for _, grant := range grants {
		recorded := grant["application"].(object)
		for i, application := range s.applications {
			if application["id"] == recorded["id"] {
				s.applications[i] = merged(application, recorded)
			}
		}
	}
}

// grantOf is a recorded grant, by id.
func (s *stage) grantOf(id string) object {
	for _, recording := range s.all {
		body, _ := recording.Response.Body.(object)
		if grants, listed := body["grants"].([]any); listed {
			if found := byKey(objects(grants), "id", id); found != nil {
				return found
			}
		}
	}
	s.Fatalf("no recording lists grant %s", id)
	return nil
}

func hasTOTP(id string) func(*stage) {
	return func(s *stage) {
		s.subject().mfa = append(s.subject().mfa, object{"id": id, "type": "Totp", "createdAt": "2026-11-22T08:17:22.790Z"})
	}
}

func (s *stage) addBackupCodes(u *user, id string) {
	u.mfa = append(u.mfa, object{"id": id, "type": "BackupCode", "createdAt": "2026-11-22T08:17:22.846Z", "codes": unusedBackupCodes(backupCodeCount)})
}

func unusedBackupCodes(count int) []any {
	codes := make([]any, count)
	for i := range codes {
		codes[i] = object{"code": newSecret(10)}
	}
	return codes
}

func rotated(s *stage) {
	key, err := NewKey("RS256")
	if err != nil {
		s.Fatal(err)
	}
	s.rotateTo(key)
}

func asMachine(s *stage) { s.clientID, s.secret = s.AppID, s.AppSecret }

func asExchanger(s *stage) { s.clientID, s.secret = s.ExchangeClientID, s.ExchangeClientSecret }

func (s *stage) personalToken(u *user, name string) object {
	token := object{
		"tenantId": "default", "userId": u.id(), "name": name, "value": "pat_" + newSecret(32),
		"createdAt": s.millis(), "expiresAt": nil,
	}
	u.tokens = append(u.tokens, token)
	return token
}

// answeredToken is the token that the recording answers with, under another name.
func (s *stage) answeredToken(name string) {
	s.subject().tokens = []object{merged(s.Response.Body.(object), object{"name": name})}
}

func (s *stage) code(recipient, code string) *verificationCode {
	sent := &verificationCode{code: code, sentAt: s.now()}
	s.codes[recipient] = sent
	return sent
}

// sentCode sends the very code that the request brings.
func sentCode(s *stage) {
	s.code(s.sent("email")+s.sent("phone"), s.sent("verificationCode"))
}
