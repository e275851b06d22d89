//go:build soak

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
)

// kind is something that clients do, and all that may come of it.
type kind struct {
	name     string
	do       func(*client) string
	outcomes []string
}

func (k kind) expects(outcome string) bool { return slices.Contains(k.outcomes, outcome) }

// kinds are all that clients do.
func kinds(t *testing.T) []kind {
	settings, families := settingsQuery(t), families()
	// What may come of whatever asks Logto or Redis.
	asks := func(outcomes ...string) []string {
		return append(outcomes, "UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "RATE_LIMITED", "OPERATION_TIMEOUT")
	}
	changes := func(outcomes ...string) []string { return asks(append(outcomes, "OK", "CONFLICT")...) }
	return []kind{
		{"settings page", func(c *client) string { return c.look(settings) }, asks("OK")},
		{"username", func(c *client) string { return c.look(`{ me { username } }`) }, asks("OK")},
		{"by GET", (*client).lookByGet, asks("OK")},
		{"registered document", (*client).lookByHash, asks("OK", "PERSISTED_QUERY_NOT_FOUND")},
		{"hostile document", func(c *client) string {
			f := families[rand.IntN(len(families))]
			n := make([]int, len(f.most))
			for i, most := range f.most {
				n[i] = rand.IntN(most + 1)
			}
			return c.post(f.body(n))
		}, asks("OK", "413 BAD_REQUEST", "DOCUMENT_LIMIT_EXCEEDED", "COMPLEXITY_LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")},
		{"no GraphQL", (*client).sendNonsense, []string{"GRAPHQL_PARSE_FAILED", "400 BAD_REQUEST", "405 BAD_REQUEST", "406 BAD_REQUEST", "413 BAD_REQUEST", "415 BAD_REQUEST"}},
		{"bad token", (*client).forge, []string{"401 UNAUTHENTICATED", "503 UPSTREAM_UNAVAILABLE"}},
		{"given up", (*client).giveUp, []string{"given up"}},
		{"reset", (*client).reset, []string{"reset"}},
		{"health", (*client).askForHealth, []string{"OK"}},

		{"updateProfile", func(c *client) string {
			return c.change("updateProfile", object{"profile": object{"nickname": c.fresh("nick"), "website": nil, "address": object{"locality": "Oslo"}}})
		}, changes()},
		{"updateCustomData", func(c *client) string {
			return c.change("updateCustomData", object{"mode": choose(rand.IntN(2), "MERGE", "REPLACE"), "data": object{c.fresh("key"): true}})
		}, changes()},
		{"wrong password", func(c *client) string {
			return c.change("verifyPassword", object{"password": wrong})
		}, asks("WRONG_PASSWORD", "CONFLICT")},
		{"username and proof", func(c *client) string {
			return c.prove("updateUsername", object{"username": c.fresh("user")})
		}, changes()},
		{"password", func(c *client) string {
			c.spent = true // Which password it has isn't known when the answer is lost.
			return c.change("changePassword", object{"currentPassword": crowdPassword, "newPassword": newPassword, "revokeSessions": true})
		}, changes("PARTLY_DONE")},
		{"codes", (*client).enterCodes, changes("INVALID_CODE", "CODE_EXPIRED")},
		{"fresh sign-in", (*client).reauthenticate, changes()},
		{"links", (*client).link, changes()},
		{"access tokens", (*client).makeToken, changes()},
		{"enrollment", (*client).enroll, changes("INVALID_CODE")},
		{"sessions", (*client).revokeSession, changes()},
	}
}

// enterCodes has a code sent, and enters a wrong one and then the right one.
func (c *client) enterCodes() string {
	if outcome := c.change("sendVerificationCode", object{"email": c.email}); outcome != "OK" {
		return outcome
	}
	input := object{"challengeId": c.answer.text("challenge", "id"), "code": notCode(c.code(c.email))}
	if outcome := c.change("verifyCode", input); outcome != "INVALID_CODE" {
		return outcome
	}
	input["code"] = c.code(c.email)
	return c.change("verifyCode", input)
}

// reauthenticate shows a fresh sign-in twice, which must not do the second time.
func (c *client) reauthenticate() string {
	if outcome := c.change("startReauthentication", nil); outcome != "OK" {
		return outcome
	}
	started := c.answer
	input := object{"id": started.text("reauthentication", "id"), "idToken": c.signIn(started.text("reauthentication", "nonce"))}
	outcome := c.change("completeReauthentication", input)
	if outcome != "OK" {
		return outcome
	}
	switch again := c.change("completeReauthentication", input); again {
	case "OK":
		return "good twice"
	case "INVALID_PROOF":
		return "OK"
	default:
		return again
	}
}

// link links a social account and unlinks it.
func (c *client) link() string {
	if outcome := c.prove("startIdentityLink", object{"connectorId": c.connector(mockSocial), "redirectUri": callback, "state": linkState}); outcome != "OK" {
		return outcome
	}
	input := linkInput(c.answer.text("link", "id"), c.name+c.fresh("social"))
	input["replace"] = true
	if outcome := c.change("linkIdentity", input); outcome != "OK" {
		c.spent = true
		return outcome
	}
	return c.prove("unlinkIdentity", object{"target": mockSocial})
}

// makeToken makes a personal access token, renames and deletes it.
func (c *client) makeToken() string {
	name := c.fresh("token")
	if outcome := c.prove("createPersonalAccessToken", object{"name": name}); outcome != "OK" {
		return outcome
	}
	if outcome := c.change("renamePersonalAccessToken", object{"name": name, "newName": name + "'"}); outcome != "OK" {
		return outcome
	}
	return c.change("deletePersonalAccessToken", object{"name": name + "'"})
}

// enroll begins to add an authenticator app.
func (c *client) enroll() string {
	if outcome := c.prove("startTotpEnrollment", object{}); outcome != "OK" {
		return outcome
	}
	if outcome := c.change("confirmTotpEnrollment", object{"enrollmentId": c.answer.text("enrollment", "id"), "code": "000000"}); outcome != "INVALID_CODE" {
		c.spent = true
		return outcome
	}
	return "OK"
}

// revokeSession ends a session that has just begun.
func (c *client) revokeSession() string {
	c.signIn("")
	sessions := c.manage(http.MethodGet, "/api/users/"+c.id+"/sessions", nil).(object)["sessions"].([]any)
	session := sessions[len(sessions)-1].(object)["payload"].(object)["uid"]
	return c.change("revokeSession", object{"id": session})
}

// fresh makes a name that wasn't used before.
func (c *client) fresh(prefix string) string {
	c.made++
	return fmt.Sprintf("%s_%s_%d", prefix, c.name, c.made)
}
