package logto_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"accountql/logto"
)

// rawJSON compares JSON by its meaning, numbers by their digits.
var rawJSON = cmp.Transformer("JSON", func(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return loose(raw)
})

var ignoreIssues = cmpopts.IgnoreUnexported(logto.Error{})

func wantNothing(json.RawMessage) any { return nil }

type members = map[string]any

func object(body json.RawMessage) members {
	var m members
	if err := json.Unmarshal(body, &m); err != nil {
		panic(err)
	}
	return m
}

func each[T any](want func(members) T) func(json.RawMessage) any {
	return func(body json.RawMessage) any {
		var list []any
		if err := json.Unmarshal(body, &list); err != nil {
			panic(err)
		}
		return wantList(list, want)
	}
}

func wantList[T any](list any, want func(members) T) []T {
	wanted := []T{}
	for _, item := range list.([]any) {
		wanted = append(wanted, want(item.(members)))
	}
	return wanted
}

func texts(list any) []string {
	var all []string
	for _, item := range list.([]any) {
		all = append(all, item.(string))
	}
	return all
}

// text is nil for null and for what is missing.
func text(m members, name string) *string {
	if s, ok := m[name].(string); ok {
		return &s
	}
	return nil
}

// raw is nil for what is missing.
func raw(m members, name string) json.RawMessage {
	value, ok := m[name]
	if !ok {
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return data
}

// moment reads milliseconds; 0 and null are no moment.
func moment(value any) logto.Time {
	if ms, ok := value.(float64); ok && ms != 0 {
		return logto.Time{Time: time.UnixMilli(int64(ms)).UTC()}
	}
	return logto.Time{}
}

func wantUser(body json.RawMessage) any {
	m := object(body)
	user := &logto.User{
		ID: m["id"].(string), Username: text(m, "username"), PrimaryEmail: text(m, "primaryEmail"), PrimaryPhone: text(m, "primaryPhone"),
		Name: text(m, "name"), Avatar: text(m, "avatar"), Profile: wantProfile(m["profile"].(members)),
		CustomData: raw(m, "customData"), Identities: wantIdentities(m["identities"].(members)),
		IsSuspended: m["isSuspended"].(bool), HasPassword: new(m["hasPassword"].(bool)),
		CreatedAt: moment(m["createdAt"]), UpdatedAt: moment(m["updatedAt"]), LastSignInAt: moment(m["lastSignInAt"]),
	}
	if _, ok := m["ssoIdentities"]; ok {
		user.SsoIdentities = []logto.SsoIdentity{} // No recording has one.
	}
	return user
}

func wantProfile(m members) logto.Profile {
	profile := logto.Profile{
		FamilyName: text(m, "familyName"), GivenName: text(m, "givenName"), MiddleName: text(m, "middleName"), Nickname: text(m, "nickname"),
		PreferredUsername: text(m, "preferredUsername"), Profile: text(m, "profile"), Website: text(m, "website"), Gender: text(m, "gender"),
		Birthdate: text(m, "birthdate"), Zoneinfo: text(m, "zoneinfo"), Locale: text(m, "locale"),
	}
	if address, ok := m["address"].(members); ok {
		profile.Address = &logto.Address{
			Formatted: text(address, "formatted"), StreetAddress: text(address, "streetAddress"), Locality: text(address, "locality"),
			Region: text(address, "region"), PostalCode: text(address, "postalCode"), Country: text(address, "country"),
		}
	}
	return profile
}

func wantIdentities(m members) map[string]logto.Identity {
	identities := map[string]logto.Identity{}
	for target, identity := range m {
		identities[target] = logto.Identity{UserID: identity.(members)["userId"].(string), Details: raw(identity.(members), "details")}
	}
	return identities
}

func wantConnector(m members) logto.Connector {
	names := map[string]string{}
	for language, name := range m["name"].(members) {
		names[language] = name.(string)
	}
	platform, _ := m["platform"].(string)
	standard, _ := m["isStandard"].(bool)
	return logto.Connector{
		ID: m["id"].(string), ConnectorID: m["connectorId"].(string), Target: m["target"].(string), Type: logto.ConnectorType(m["type"].(string)),
		Name: names, Logo: m["logo"].(string), LogoDark: text(m, "logoDark"), Platform: platform, IsStandard: standard,
	}
}

func wantToken(m members) logto.PersonalAccessToken {
	return logto.PersonalAccessToken{Name: m["name"].(string), CreatedAt: moment(m["createdAt"]), ExpiresAt: moment(m["expiresAt"])}
}

func wantMfaVerification(m members) logto.MfaVerification {
	created, err := time.Parse(time.RFC3339, m["createdAt"].(string))
	if err != nil {
		panic(err)
	}
	left, _ := m["remainCodes"].(float64)
	return logto.MfaVerification{
		ID: m["id"].(string), Type: logto.MfaType(m["type"].(string)), CreatedAt: logto.Time{Time: created}, RemainCodes: int(left),
	}
}

func wantSession(m members) logto.Session {
	payload := m["payload"].(members)
	signIn := m["lastSubmission"].(members)["signInContext"].(members)
	authorizations := payload["authorizations"].(members)
	grants := []string{}
	for _, authorization := range authorizations {
		grants = append(grants, authorization.(members)["grantId"].(string))
	}
	slices.Sort(grants)
	return logto.Session{
		UID: payload["uid"].(string), ApplicationIDs: slices.Sorted(maps.Keys(authorizations)), GrantIDs: grants,
		SignedInAt: moment(payload["loginTs"].(float64) * 1000), ExpiresAt: moment(m["expiresAt"]),
		IP: signIn["ip"].(string), UserAgent: signIn["userAgent"].(string),
	}
}

func wantGrant(m members) logto.Grant {
	payload, application := m["payload"].(members), m["application"].(members)
	openid, _ := payload["openid"].(members)
	resources, _ := payload["resources"].(members)
	scopes := map[string]bool{}
	for _, granted := range append(slices.Collect(maps.Values(resources)), openid["scope"]) {
		if granted == nil {
			continue
		}
		for _, scope := range strings.Fields(granted.(string)) {
			scopes[scope] = true
		}
	}
	return logto.Grant{
		ID: m["id"].(string), ApplicationID: application["id"].(string), ApplicationName: application["name"].(string),
		Scopes: slices.Sorted(maps.Keys(scopes)), CreatedAt: moment(payload["iat"].(float64) * 1000), ExpiresAt: moment(m["expiresAt"]),
	}
}

func wantOrganization(m members) logto.Organization {
	return logto.Organization{
		ID: m["id"].(string), Name: m["name"].(string), Description: text(m, "description"), OrganizationRoles: []logto.OrganizationRole{},
	}
}

func wantSignInExperience(body json.RawMessage) any {
	m := object(body)
	want := &logto.SignInExperience{
		SocialSignInConnectorTargets: texts(m["socialSignInConnectorTargets"]),
		SingleSignOnEnabled:          m["singleSignOnEnabled"].(bool),
		Mfa:                          logto.MfaSettings{Factors: texts(m["mfa"].(members)["factors"]), Policy: m["mfa"].(members)["policy"].(string)},
	}
	want.SignIn.Methods = wantList(m["signIn"].(members)["methods"], func(m members) logto.SignInMethod {
		return logto.SignInMethod{Identifier: m["identifier"].(string), Password: m["password"].(bool), VerificationCode: m["verificationCode"].(bool)}
	})
	username := &want.UsernamePolicy
	username.CaseSensitive, username.MinLength, username.MaxLength = true, 1, 128
	username.AllowedChars.Lowercase, username.AllowedChars.Uppercase = true, true
	username.AllowedChars.Numbers, username.AllowedChars.Underscore = true, true
	password := &want.PasswordPolicy
	password.Length.Min, password.Length.Max, password.CharacterTypes.Min = 8, 256, 1
	password.Rejects.Pwned, password.Rejects.RepetitionAndSequence, password.Rejects.UserInfo = true, true, true
	if policy := m["passwordPolicy"].(members); len(policy) > 0 {
		rejects := policy["rejects"].(members)
		password.CharacterTypes.Min = int(policy["characterTypes"].(members)["min"].(float64))
		password.Rejects.Pwned = rejects["pwned"].(bool)
		password.Rejects.Words = texts(rejects["words"])
	}
	return want
}
