package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accountql/logto/logtotest"
)

const (
	callback   = "http://localhost:4000/link/callback"
	linkState  = "kept-by-the-app-0123456789"
	mockSocial = "mock-social"
)

// newLinkWorld is a world in which identities can be linked as in the demo.
func newLinkWorld(t *testing.T, given env) *world {
	t.Helper()
	logto := newLogto(t)
	return newWorldOn(t, logto, merged(linkEnv(logto), given))
}

func linkEnv(logto *logtotest.Server) env {
	demo := demoEnv(logto)
	return env{"REDIRECT_URIS": demo["REDIRECT_URIS"], "CONNECTOR_DATA_KEYS": demo["CONNECTOR_DATA_KEYS"]}
}

// connector is the id of the connector of a kind or target.
func (w *world) connector(name string) string {
	w.t.Helper()
	for _, item := range w.manage(http.MethodGet, "/api/connectors", nil).([]any) {
		if connector := item.(object); connector["connectorId"] == name || connector["target"] == name {
			return connector["id"].(string)
		}
	}
	w.t.Fatalf("no connector %s", name)
	return ""
}

// mutation makes the document of a mutation whose input is the variable.
func mutation(name, selection string) string {
	inputType := strings.ToUpper(name[:1]) + name[1:] + "Input!"
	return "mutation ($input: " + inputType + ") { " + name + "(input: $input) { " + selection + " } }"
}

// asked is the payload of a mutation. A top-level error fails the test.
func (w *world) asked(token, name, selection string, input object) object {
	w.t.Helper()
	answer := decode(w.t, w.query(token, mutation(name, selection), object{"input": input}).body).(object)
	if answer["errors"] != nil {
		w.t.Fatalf("%s: errors %v", name, answer["errors"])
	}
	return answer["data"].(object)[name].(object)
}

// told lists a payload's errors by code and path.
func told(payload object) []string {
	list := []string{}
	for _, item := range payload["errors"].([]any) {
		text := item.(object)["code"].(string)
		path, _ := item.(object)["path"].([]any)
		for _, element := range path {
			text += fmt.Sprint(" ", element)
		}
		list = append(list, text)
	}
	return list
}

// presence is a step-up proof of a demo account: by password if it has one, else
// by a fresh sign-in.
func (w *world) presence(name string) string {
	w.t.Helper()
	const selection = "verification { proof } errors { code }"
	token, account := w.token(name), w.logto.Account(name)
	if account.Password != "" {
		payload := w.asked(token, "verifyPassword", selection, object{"password": account.Password})
		return payload["verification"].(object)["proof"].(string)
	}
	answer := decode(w.t, w.query(token, `mutation { startReauthentication { reauthentication { id nonce } } }`, nil).body).(object)
	started := answer["data"].(object)["startReauthentication"].(object)["reauthentication"].(object)
	tokens, err := w.logto.SignIn(name, started["nonce"].(string))
	if err != nil {
		w.t.Fatal(err)
	}
	payload := w.asked(token, "completeReauthentication", selection, object{"id": started["id"], "idToken": tokens.IDToken})
	return payload["verification"].(object)["proof"].(string)
}

// startedLink is the id of a link by the mock connector that was started.
func (w *world) startedLink(name string) string {
	w.t.Helper()
	return w.startedLinkBy(name, mockSocial)
}

func (w *world) startedLinkBy(name, connector string) string {
	w.t.Helper()
	payload := w.asked(w.token(name), "startIdentityLink", "link { id } errors { code }", object{
		"connectorId": w.connector(connector), "redirectUri": callback, "state": linkState, "stepUpProof": w.presence(name),
	})
	return payload["link"].(object)["id"].(string)
}

// linkInput is what comes back from the mock connector for a provider's user.
func linkInput(link, providerUser string) object {
	return object{"linkId": link, "state": linkState, "connectorData": object{"code": "c", "state": linkState, "userId": providerUser}}
}

// linkMock links a provider's user, and returns the errors.
func (w *world) linkMock(name, providerUser string, replace bool) []string {
	w.t.Helper()
	input := linkInput(w.startedLink(name), providerUser)
	input["replace"] = replace
	return told(w.asked(w.token(name), "linkIdentity", "errors { code path }", input))
}

// linked is the provider's user whom an account has by the mock connector at
// Logto, "" if it has none.
func (w *world) linked(name string) string {
	w.t.Helper()
	user := w.manage(http.MethodGet, "/api/users/{"+name+"}", nil).(object)
	identity, _ := user["identities"].(object)[mockSocial].(object)
	id, _ := identity["userId"].(string)
	return id
}
