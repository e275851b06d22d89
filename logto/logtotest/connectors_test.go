package logtotest_test

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func connectorID(t *testing.T, server *logtotest.Server, target string) string {
	t.Helper()
	listed := must(t, server, http.StatusOK, http.MethodGet, "/api/connectors?target="+target, nil).([]any)
	if len(listed) != 1 {
		t.Fatalf("%d connectors have target %s, want 1", len(listed), target)
	}
	return listed[0].(object)["id"].(string)
}

func TestConnectorMetadataShows(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/connectors/" + connectorID(t, server, "acme-oidc")
	must(t, server, http.StatusOK, http.MethodPatch, path, object{"metadata": object{"name": object{"en": "Renamed"}}})
	connector := must(t, server, http.StatusOK, http.MethodGet, path, nil).(object)
	if diff := cmp.Diff(object{"en": "Renamed"}, connector["name"]); diff != "" {
		t.Errorf("name (-want +got):\n%s", diff)
	}
	refused(t, server, "connector.not_found_with_connector_id", http.MethodPost, "/api/connectors", object{"connectorId": "nope"})

	// Metadata is no way to change anything else of a connector.
	github := "/api/connectors/" + connectorID(t, server, "github")
	must(t, server, http.StatusOK, http.MethodPatch, github, object{"metadata": object{"config": "x", "id": "x"}})
	must(t, server, http.StatusOK, http.MethodPost, github+"/authorization-uri", object{"state": "s", "redirectUri": "r"})
	refused(t, server, "guard.invalid_input", http.MethodPatch, github, object{"metadata": object{"logo": 1}})
}

func TestSocialConnectors(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID + "/identities"
	link := func(target string, data object) object {
		return object{"connectorId": connectorID(t, server, target), "connectorData": data}
	}
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"aud":"goog-client","sub":"g-1","email":"bob@gmail.example.com","picture":"https://e.example/p"}`))
	linked := must(t, server, http.StatusOK, http.MethodPost, path, link("google", object{"credential": "e30." + claims + ".c2ln"})).(object)
	details := linked["google"].(object)["details"].(object)
	if details["id"] != "g-1" || details["avatar"] != "https://e.example/p" {
		t.Errorf("google details %v, want those of the ID token", details)
	}

	first := must(t, server, http.StatusOK, http.MethodPost, path, link("mock-social", object{"code": "c"})).(object)["mock-social"]
	second := must(t, server, http.StatusOK, http.MethodPost, path, link("mock-social", object{"code": "c"})).(object)["mock-social"]
	if first.(object)["userId"] == second.(object)["userId"] {
		t.Errorf("two links without userId gave the same account %v", first)
	}

	refused(t, server, "connector.social_invalid_id_token", http.MethodPost, path, link("google", object{"credential": "x.y.z"}))
	refused(t, server, "connector.authorization_failed", http.MethodPost, path, link("google", object{"error": "access_denied", "error_description": "no"}))
	refused(t, server, "connector.not_implemented", http.MethodPost, path, link("acme-oauth2", object{"code": "c"}))
	refused(t, server, "connector.invalid_response", http.MethodPost, path, link("mock-social", object{"code": "c", "userId": 7}))
	refused(t, server, "session.invalid_connector_id", http.MethodPost, path, link("mock-mail", object{"code": "c"}))

	must(t, server, http.StatusCreated, http.MethodPut, path+"/any%2Ftarget", object{"userId": "x"})
	must(t, server, http.StatusOK, http.MethodPut, path+"/any%2Ftarget", object{"userId": "y"})
	must(t, server, http.StatusOK, http.MethodDelete, path+"/any%2Ftarget", nil)
}
