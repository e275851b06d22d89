package logtotest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
)

// signInExperienceJSON is the sign-in experience of a fresh tenant.
//
//go:embed sign_in_experience.json
var signInExperienceJSON []byte

func defaultSignInExperience() object {
	var experience object
	mustDecode(signInExperienceJSON, &experience)
	return experience
}

// mustDecode reads a file that is part of the program.
func mustDecode(raw []byte, target any) {
	if err := json.Unmarshal(raw, target); err != nil {
		panic(fmt.Sprintf("logtotest: decode embedded file: %v", err))
	}
}

func signInExperienceRoutes() []route {
	return []route{
		{method: http.MethodGet, pattern: "/api/sign-in-exp", handle: func(c *call) response { return ok(c.signInExperience) }},
		{method: http.MethodPatch, pattern: "/api/sign-in-exp", handle: patchSignInExperience, body: experienceSchema()},
		{method: http.MethodGet, pattern: "/api/.well-known/sign-in-exp", handle: publicSignInExperience, open: true},
	}
}

// experienceSchema checks of a change what the simulator itself goes by, and passes
// everything else.
func experienceSchema() schema {
	length, boolean := optional(integer(1, math.Inf(1))), optional(ofType("boolean"))
	policy := shape(
		field{"length", optional(shape(field{"min", length}, field{"max", length}))},
		field{"characterTypes", optional(shape(field{"min", optional(integer(1, 4))}))},
		field{"rejects", optional(shape(
			field{"pwned", boolean}, field{"repetitionAndSequence", boolean}, field{"userInfo", boolean},
			field{"words", optional(listOf(ofType("string")))},
		))},
	)
	check := shape(field{"passwordPolicy", optional(policy)})
	return func(value any, path []any) (any, []object) {
		_, issues := check(value, path)
		return value, issues
	}
}

// patchSignInExperience replaces the keys given, each of them whole; unknown keys
// are dropped.
func patchSignInExperience(c *call) response {
	for key := range c.signInExperience {
		if value, given := c.body[key]; given && key != "id" && key != "tenantId" {
			c.signInExperience[key] = value
		}
	}
	return ok(c.signInExperience)
}

// publicSignInExperience is what the sign-in page gets, without any secret.
func publicSignInExperience(c *call) response {
	shown := maps.Clone(c.signInExperience)
	delete(shown, "emailBlocklistPolicy")
	delete(shown, "forgotPasswordMethods")
	connectors := []object{}
	targets, _ := c.signInExperience["socialSignInConnectorTargets"].([]any)
	for _, target := range targets {
		if connector := byKey(c.connectors, "target", target); connector != nil {
			connectors = append(connectors, pick(connector,
				"id", "target", "name", "logo", "logoDark", "platform", "isStandard", "isTokenStorageSupported"))
		}
	}
	shown["socialConnectors"] = connectors
	if google := byKey(c.connectors, "connectorId", "google-universal"); google != nil {
		shown["googleOneTap"] = object{"clientId": google["config"].(object)["clientId"], "connectorId": google["id"]}
	}
	return ok(merged(shown, object{
		"ssoConnectors": []any{}, "forgotPassword": object{"phone": false, "email": false}, "isDevelopmentTenant": false,
		"customProfileFields": []any{}, "customProfileFieldCatalog": []any{},
	}))
}
