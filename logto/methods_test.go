package logto_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"accountql/logto"
)

// arguments are what a request says, for a method to say it again.
type arguments struct {
	values []string
	query  url.Values
	body   []byte
}

// text returns a string of the request's body.
func (a arguments) text(path ...string) string {
	s, _ := a.member(path...).(string)
	return s
}

func (a arguments) member(path ...string) any {
	value := loose(a.body)
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// raw returns a member of the request's body as it stands there.
func (a arguments) raw(name string) json.RawMessage {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(a.body, &members)
	return members[name]
}

// context has the user of the request as its subject.
func (a arguments) context(ctx context.Context) context.Context {
	return logto.WithSubject(ctx, a.user())
}

func (a arguments) user() string {
	switch {
	case len(a.values) > 0:
		return a.values[0]
	case a.text("userId") != "":
		return a.text("userId")
	default:
		return "somebody"
	}
}

func (a arguments) recipient() logto.Recipient {
	if email := a.text("email"); email != "" {
		return logto.EmailRecipient(email)
	}
	return logto.PhoneRecipient(a.text("phone"))
}

func (a arguments) profile() (profile logto.Profile) {
	_ = json.Unmarshal(a.raw("profile"), &profile)
	return profile
}

func (a arguments) patch() logto.UserPatch {
	patch := logto.UserPatch{CustomData: a.raw("customData")}
	for name, field := range map[string]*logto.Optional[string]{
		"username": &patch.Username, "primaryEmail": &patch.PrimaryEmail, "primaryPhone": &patch.PrimaryPhone,
		"name": &patch.Name, "avatar": &patch.Avatar,
	} {
		var value *string
		if raw := a.raw(name); raw != nil && json.Unmarshal(raw, &value) == nil {
			*field = logto.Set(value)
		}
	}
	if a.raw("profile") != nil {
		patch.Profile = new(a.profile())
	}
	return patch
}

// expiry is the expiry of a token to create, in the form that the method takes.
func (a arguments) expiry() time.Time {
	number, ok := a.member("expiresAt").(json.Number)
	if !ok {
		return time.Time{}
	}
	milliseconds, _ := number.Int64()
	return time.UnixMilli(milliseconds)
}

// method calls one of the client's methods, and reads the expected result off the
// recorded answer without the client's types for decoding.
type method struct {
	call func(context.Context, *logto.Client, arguments) (any, error)
	want func(json.RawMessage) any
}

// methods holds the methods of the client by their endpoint.
var methods = map[string]method{
	"GET /api/users/{userId}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.GetUser(ctx, a.values[0])
	}, wantUser},
	"PATCH /api/users/{userId}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.UpdateUser(ctx, a.values[0], a.patch())
	}, wantUser},
	"DELETE /api/users/{userId}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.DeleteUser(ctx, a.values[0])
	}, wantNothing},
	"PATCH /api/users/{userId}/is-suspended": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.UpdateIsSuspended(ctx, a.values[0], a.member("isSuspended") == true)
	}, wantUser},
	"PATCH /api/users/{userId}/profile": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.UpdateProfile(ctx, a.values[0], a.profile())
	}, func(body json.RawMessage) any { return wantProfile(object(body)) }},
	"GET /api/users/{userId}/custom-data": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.GetCustomData(ctx, a.values[0])
	}, func(body json.RawMessage) any { return body }},
	"PATCH /api/users/{userId}/custom-data": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.UpdateCustomData(ctx, a.values[0], a.raw("customData"))
	}, func(body json.RawMessage) any { return body }},

	"POST /api/users/{userId}/password/verify": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.VerifyPassword(ctx, a.values[0], a.text("password"))
	}, wantNothing},
	"PATCH /api/users/{userId}/password": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.UpdatePassword(ctx, a.values[0], a.text("password"))
	}, wantUser},
	"GET /api/users/{userId}/has-password": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.HasPassword(ctx, a.values[0])
	}, func(body json.RawMessage) any { return object(body)["hasPassword"] }},
	"POST /api/sign-in-exp/default/check-password": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.CheckPassword(ctx, a.user(), a.text("password"))
	}, func(json.RawMessage) any { return []logto.PasswordIssue(nil) }},

	"POST /api/verification-codes": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.SendVerificationCode(ctx, a.recipient())
	}, wantNothing},
	"POST /api/verification-codes/verify": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.VerifyVerificationCode(ctx, a.recipient(), a.text("verificationCode"))
	}, wantNothing},

	"POST /api/users/{userId}/identities": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.LinkIdentity(ctx, a.values[0], a.text("connectorId"), a.raw("connectorData"))
	}, func(body json.RawMessage) any { return wantIdentities(object(body)) }},
	"PUT /api/users/{userId}/identities/{target}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.PutIdentity(ctx, a.values[0], a.values[1], logto.Identity{UserID: a.text("userId"), Details: a.raw("details")})
	}, func(body json.RawMessage) any { return wantIdentities(object(body)) }},
	"DELETE /api/users/{userId}/identities/{target}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.UnlinkIdentity(ctx, a.values[0], a.values[1])
	}, wantUser},
	"GET /api/connectors": {func(ctx context.Context, c *logto.Client, _ arguments) (any, error) {
		return c.ListConnectors(ctx)
	}, each(wantConnector)},
	"POST /api/connectors/{connectorId}/authorization-uri": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.GetConnectorAuthorizationURI(ctx, a.values[0], a.text("redirectUri"), a.text("state"))
	}, func(body json.RawMessage) any { return object(body)["redirectTo"] }},

	"GET /api/users/{userId}/personal-access-tokens": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.ListPersonalAccessTokens(ctx, a.values[0])
	}, each(wantToken)},
	"POST /api/users/{userId}/personal-access-tokens": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.CreatePersonalAccessToken(ctx, a.values[0], a.text("name"), a.expiry())
	}, func(body json.RawMessage) any {
		token := object(body)
		return logto.CreatedPersonalAccessToken{PersonalAccessToken: wantToken(token), Value: token["value"].(string)}
	}},
	"PATCH /api/users/{userId}/personal-access-tokens": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.RenamePersonalAccessToken(ctx, a.values[0], a.text("currentName"), a.text("name"))
	}, func(body json.RawMessage) any { return wantToken(object(body)) }},
	"POST /api/users/{userId}/personal-access-tokens/delete": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.DeletePersonalAccessToken(ctx, a.values[0], a.text("name"))
	}, wantNothing},

	"GET /api/users/{userId}/mfa-verifications": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.ListMfaVerifications(ctx, a.values[0])
	}, each(wantMfaVerification)},
	"POST /api/users/{userId}/mfa-verifications": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		if a.text("type") == "Totp" {
			if a.member("secret") == nil {
				return nil, c.CreateTotp(ctx, a.values[0], "JBSWY3DPEHPK3PXP")
			}
			return nil, c.CreateTotp(ctx, a.values[0], a.text("secret"))
		}
		return c.CreateBackupCodes(ctx, a.values[0])
	}, func(body json.RawMessage) any {
		if codes, ok := object(body)["codes"]; ok {
			return texts(codes)
		}
		return nil
	}},
	"DELETE /api/users/{userId}/mfa-verifications/{verificationId}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.DeleteMfaVerification(ctx, a.values[0], a.values[1])
	}, wantNothing},

	"GET /api/users/{userId}/sessions": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.ListSessions(ctx, a.values[0])
	}, func(body json.RawMessage) any { return wantList(object(body)["sessions"], wantSession) }},
	"DELETE /api/users/{userId}/sessions/{sessionId}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.DeleteSession(ctx, a.values[0], a.values[1], logto.RevokeGrantsTarget(a.query.Get("revokeGrantsTarget")))
	}, wantNothing},
	"GET /api/users/{userId}/grants": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		if a.query.Get("appType") == "thirdParty" {
			return c.ListThirdPartyGrants(ctx, a.values[0])
		}
		return c.ListGrants(ctx, a.values[0])
	}, func(body json.RawMessage) any { return wantList(object(body)["grants"], wantGrant) }},
	"DELETE /api/users/{userId}/grants/{grantId}": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return nil, c.DeleteGrant(ctx, a.values[0], a.values[1])
	}, wantNothing},
	"GET /api/users/{userId}/organizations": {func(ctx context.Context, c *logto.Client, a arguments) (any, error) {
		return c.ListOrganizations(ctx, a.values[0])
	}, each(wantOrganization)},

	"GET /api/sign-in-exp": {func(ctx context.Context, c *logto.Client, _ arguments) (any, error) {
		return c.GetSignInExperience(ctx)
	}, wantSignInExperience},
	"GET /api/account-center": {func(ctx context.Context, c *logto.Client, _ arguments) (any, error) {
		return c.GetAccountCenter(ctx)
	}, func(body json.RawMessage) any {
		settings := object(body)
		return &logto.AccountCenter{Enabled: settings["enabled"].(bool), Fields: map[string]logto.FieldAccess{}}
	}},
}

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
	applications := slices.Sorted(maps.Keys(payload["authorizations"].(members)))
	return logto.Session{
		UID: payload["uid"].(string), ApplicationIDs: applications,
		SignedInAt: moment(payload["loginTs"].(float64) * 1000), ExpiresAt: moment(payload["exp"].(float64) * 1000),
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
