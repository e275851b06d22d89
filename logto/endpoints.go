package logto

import (
	"context"
	"strings"
)

// tokenEndpoint hands out the management token (RFC 6749, section 4.4).
const tokenEndpoint = "POST /oidc/token"

// endpoint is a request that the guard lets through.
type endpoint struct {
	// name is the method and the path, as Logto's documentation writes them.
	// The placeholder {userId} stands for the subject of the request.
	name string
	// query lists the parameters that may be sent, each with its allowed values.
	query map[string][]string
	// tenantWide marks what concerns no user in particular and is asked for
	// outside of users' requests too: it needs no subject.
	tenantWide bool
	// userInBody marks the endpoint that takes the user from the body.
	userInBody bool
}

// endpoints lists everything that the product does to a Logto.
func endpoints() []endpoint {
	return []endpoint{
		{name: tokenEndpoint, tenantWide: true},

		{name: "GET /api/users/{userId}", query: map[string][]string{"includeSsoIdentities": {"true"}}},
		{name: "PATCH /api/users/{userId}"},
		{name: "DELETE /api/users/{userId}"},
		{name: "PATCH /api/users/{userId}/is-suspended"},
		{name: "PATCH /api/users/{userId}/profile"},
		{name: "GET /api/users/{userId}/custom-data"},
		{name: "PATCH /api/users/{userId}/custom-data"},

		{name: "POST /api/users/{userId}/password/verify"},
		{name: "PATCH /api/users/{userId}/password"},
		{name: "GET /api/users/{userId}/has-password"},
		{name: "POST /api/sign-in-exp/default/check-password", userInBody: true},

		{name: "POST /api/verification-codes"},
		{name: "POST /api/verification-codes/verify"},

		{name: "POST /api/users/{userId}/identities"},
		{name: "PUT /api/users/{userId}/identities/{target}"},
		{name: "DELETE /api/users/{userId}/identities/{target}"},
		{name: "GET /api/connectors", tenantWide: true},
		{name: "POST /api/connectors/{connectorId}/authorization-uri"},

		{name: "GET /api/users/{userId}/personal-access-tokens"},
		{name: "POST /api/users/{userId}/personal-access-tokens"},
		{name: "PATCH /api/users/{userId}/personal-access-tokens"},
		{name: "POST /api/users/{userId}/personal-access-tokens/delete"},

		{name: "GET /api/users/{userId}/mfa-verifications"},
		{name: "POST /api/users/{userId}/mfa-verifications"},
		{name: "DELETE /api/users/{userId}/mfa-verifications/{verificationId}"},

		{name: "GET /api/users/{userId}/sessions"},
		{name: "DELETE /api/users/{userId}/sessions/{sessionId}", query: map[string][]string{"revokeGrantsTarget": {"all", "firstParty"}}},
		{name: "GET /api/users/{userId}/grants", query: map[string][]string{"appType": {"thirdParty"}}},
		{name: "DELETE /api/users/{userId}/grants/{grantId}"},
		{name: "GET /api/users/{userId}/organizations"},

		{name: "GET /api/sign-in-exp", tenantWide: true},
		{name: "GET /api/account-center", tenantWide: true},
	}
}

type endpointKey struct{}

func withEndpoint(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, endpointKey{}, name)
}

// Endpoint names the endpoint of the request that ctx belongs to, without the
// values in its path: "GET /api/users/{userId}". It is for a Transport, which sees
// no request of others.
func Endpoint(ctx context.Context) string {
	name, _ := ctx.Value(endpointKey{}).(string)
	return name
}

// split takes an endpoint's name apart.
func split(name string) (method string, segments []string) {
	method, path, _ := strings.Cut(name, " ")
	return method, strings.Split(strings.TrimPrefix(path, "/"), "/")
}

// isPlaceholder tells whether a segment of an endpoint's path stands for a value.
func isPlaceholder(segment string) bool {
	return strings.HasPrefix(segment, "{")
}
