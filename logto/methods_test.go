package logto_test

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

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
