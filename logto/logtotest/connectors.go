package logtotest

import (
	_ "embed"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// connectorsJSON are the connectors of a fresh tenant, secrets included. The
// words about them (description, readme) are the simulator's own.
//
//go:embed connectors.json
var connectorsJSON []byte

func defaultConnectors() []object {
	var connectors []object
	mustDecode(connectorsJSON, &connectors)
	return connectors
}

func connectorRoutes() []route {
	const one = "/api/connectors/{id}"
	settings := []field{
		{"config", optional(ofType("object"))},
		{"metadata", optional(shape(
			field{"target", optional(ofType("string"))},
			field{"name", optional(ofType("object"))},
			field{"logo", optional(ofType("string"))},
			field{"logoDark", optional(nullable(ofType("string")))},
		))},
		{"syncProfile", optional(ofType("boolean"))},
		{"enableTokenStorage", optional(ofType("boolean"))},
	}
	return []route{
		{method: http.MethodGet, pattern: "/api/connectors", handle: listConnectors},
		{
			method: http.MethodPost, pattern: "/api/connectors", handle: addConnector,
			body: shape(append(settings, field{"connectorId", length(1, 128)})...),
		},
		{method: http.MethodGet, pattern: one, handle: forConnector("id", func(_ *call, connector object) response {
			return ok(connector)
		})},
		{method: http.MethodPatch, pattern: one, handle: forConnector("id", patchConnector), body: shape(settings...)},
		{method: http.MethodDelete, pattern: one, handle: forConnector("id", func(c *call, connector object) response {
			c.connectors = without(c.connectors, "id", connector["id"])
			return noContent()
		})},
		{
			method: http.MethodPost, pattern: "/api/connectors/{connectorId}/authorization-uri",
			handle: authorizationURI,
			body:   shape(field{"state", ofType("string")}, field{"redirectUri", ofType("string")}),
		},
	}
}

// forConnector finds the connector that a path parameter names.
func forConnector(param string, handle func(*call, object) response) handler {
	return func(c *call) response {
		connector := byKey(c.connectors, "id", c.params[param])
		if connector == nil {
			return notFound()
		}
		return handle(c, connector)
	}
}

func listConnectors(c *call) response {
	target, filtered := c.query["target"]
	return ok(slices.DeleteFunc(slices.Clone(c.connectors), func(connector object) bool {
		return filtered && connector["target"] != target
	}))
}

// addConnector makes another connector of a kind that a fresh tenant has.
func addConnector(c *call) response {
	kind := byKey(defaultConnectors(), "connectorId", c.text("connectorId"))
	if kind == nil {
		return fail(http.StatusUnprocessableEntity, "connector.not_found_with_connector_id").
			with("message", "Can not find connector with given standard connector id.")
	}
	kind["id"], kind["config"], kind["metadata"] = newID(12), object{}, object{}
	c.connectors = append(c.connectors, kind)
	return patchConnector(c, kind)
}

// patchConnector replaces the settings given. The metadata shows in the
// connector's own target, name and logo.
func patchConnector(c *call, connector object) response {
	for key, value := range c.body {
		connector[key] = value
	}
	metadata, _ := connector["metadata"].(object)
	for key, value := range metadata {
		connector[key] = value
	}
	return ok(connector)
}

// authorizationURI checks neither redirectUri nor state, except for being there.
func authorizationURI(c *call) response {
	state, redirectURI := c.text("state"), c.text("redirectUri")
	if state == "" || redirectURI == "" {
		return fail(http.StatusBadRequest, "session.insufficient_info")
	}
	return forConnector("connectorId", func(_ *call, connector object) response {
		if connector["type"] != "Social" {
			return fail(http.StatusBadRequest, "connector.unexpected_type")
		}
		uri := authorizationURL(connector, state, redirectURI)
		if uri == "" {
			return fail(http.StatusNotImplemented, "connector.not_implemented")
		}
		return ok(object{"redirectTo": uri})
	})(c)
}

// authorizationURL is where the provider asks the user, "" for connectors that
// must store something in a session first.
func authorizationURL(connector object, state, redirectURI string) string {
	clientID, _ := connector["config"].(object)["clientId"].(string)
	switch connector["connectorId"] {
	case "mock-social-connector":
		return withQuery("http://mock-social/", "state", state, "redirect_uri", redirectURI, "scope", "email profile")
	case "github-universal":
		return withQuery("https://github.com/login/oauth/authorize",
			"client_id", clientID, "redirect_uri", redirectURI, "state", state, "scope", "read:user user:email")
	case "google-universal":
		return withQuery("https://accounts.google.com/o/oauth2/v2/auth", "client_id", clientID, "redirect_uri", redirectURI,
			"response_type", "code", "state", state, "scope", "openid profile email")
	}
	return ""
}

// withQuery appends keys and values in the order given.
func withQuery(address string, pairs ...string) string {
	parameters := make([]string, 0, len(pairs)/2)
	for pair := range slices.Chunk(pairs, 2) {
		parameters = append(parameters, pair[0]+"="+url.QueryEscape(pair[1]))
	}
	return address + "?" + strings.Join(parameters, "&")
}
