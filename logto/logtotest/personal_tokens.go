package logtotest

import (
	"math"
	"net/http"
)

// latestTimestamp is the end of PostgreSQL's calendar in epoch milliseconds.
const latestTimestamp = 9224318016000000

func personalTokenRoutes() []route {
	const collection = "/api/users/{userId}/personal-access-tokens"
	name := field{"name", length(1, 256)}
	return []route{
		{method: http.MethodGet, pattern: collection, handle: forUser(func(_ *call, u *user) response { return ok(list(u.tokens)) })},
		{
			method: http.MethodPost, pattern: collection, handle: createPersonalToken,
			body: shape(name, field{"expiresAt", optional(nullable(ofType("number")))}),
		},
		{
			method: http.MethodPatch, pattern: collection, body: shape(field{"currentName", optional(ofType("string"))}, name),
			handle: func(c *call) response {
				current, given := c.body["currentName"].(string)
				if !given {
					current = c.text("name")
				}
				return renamePersonalToken(c, current)
			},
		},
		{
			method: http.MethodPatch, pattern: collection + "/{name}", body: shape(name),
			handle: func(c *call) response { return renamePersonalToken(c, c.params["name"]) },
		},
		{
			method: http.MethodPost, pattern: collection + "/delete", body: shape(field{"name", ofType("string")}),
			handle: func(c *call) response { return deletePersonalToken(c, c.text("name")) },
		},
		{
			method: http.MethodDelete, pattern: collection + "/{name}",
			handle: func(c *call) response { return deletePersonalToken(c, c.params["name"]) },
		},
	}
}

// createPersonalToken takes an expiry of 0, which then never comes.
func createPersonalToken(c *call) response {
	expiry, given := c.body["expiresAt"].(float64)
	switch {
	case given && expiry != 0 && expiry <= c.millis():
		return fail(http.StatusBadRequest, "request.invalid_input").
			with("message", "Input is invalid. The value of `expiresAt` must be in the future.")
	case expiry >= latestTimestamp, hasNUL(c.body):
		return internalError()
	}
	u := c.user(c.params["userId"])
	if u == nil {
		return fail(http.StatusNotFound, "entity.relation_foreign_key_not_found")
	}
	if byKey(u.tokens, "name", c.text("name")) != nil {
		return fail(http.StatusUnprocessableEntity, "user.personal_access_token_name_exists")
	}
	personal := object{
		"tenantId": "default", "userId": u.id(), "name": c.text("name"), "value": "pat_" + newSecret(32),
		"createdAt": c.millis(), "expiresAt": nil,
	}
	if given {
		personal["expiresAt"] = math.Floor(expiry)
	}
	u.tokens = append(u.tokens, personal)
	return created(personal)
}

func renamePersonalToken(c *call, current string) response {
	u := c.user(c.params["userId"])
	if u == nil || byKey(u.tokens, "name", current) == nil {
		return fail(http.StatusNotFound, "entity.not_exists").
			with("message", "The personal_access_token does not exist.")
	}
	renamed := c.text("name")
	if renamed != current && byKey(u.tokens, "name", renamed) != nil {
		return fail(http.StatusUnprocessableEntity, "user.personal_access_token_name_exists")
	}
	if hasNUL(renamed) {
		return internalError()
	}
	personal := byKey(u.tokens, "name", current)
	personal["name"] = renamed
	return ok(personal)
}

func deletePersonalToken(c *call, name string) response {
	u := c.user(c.params["userId"])
	if u == nil || byKey(u.tokens, "name", name) == nil {
		return notFound()
	}
	u.tokens = without(u.tokens, "name", name)
	return noContent()
}
