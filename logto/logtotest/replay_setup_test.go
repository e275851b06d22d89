package logtotest

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// restore forgets all users and whatever a recording has changed. The tenant is
// like the recorded one, with a default role for the account API resource.
func (fresh tenant) restore(s *Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tenant = fresh
	s.users, s.logs, s.messages = nil, nil, nil
	s.organizations, s.organizationRoles = nil, nil
	s.codes = map[string]*verificationCode{}
	s.opaqueTokens, s.refreshTokens, s.subjectTokens = map[string]*tokenGrant{}, map[string]*tokenGrant{}, map[string]*tokenGrant{}
	s.connectors, s.signInExperience = defaultConnectors(), defaultSignInExperience()
	s.noBreachedPasswords = false
	s.clockOffset = time.Until(recordedAt)
	s.roles = slices.DeleteFunc(slices.Clone(fresh.roles), func(role object) bool { return role["type"] == "User" })
	s.addRole(object{"name": "account-user", "description": "Self-service account user", "isDefault": true}, s.accountScopeIDs()...)
}

func (s *Server) accountScopeIDs() []string {
	ids := []string{}
	for _, scope := range s.scopes {
		if scope["name"] == "account:read" || scope["name"] == "account:write" {
			ids = append(ids, scope["id"].(string))
		}
	}
	return ids
}

var userIDPattern = regexp.MustCompile(`^[a-z0-9]{12}$`)

// somePassword is the digest of a password that no recording tries.
var somePassword = sync.OnceValue(func() string { return digest(newSecret(20)) })

// populate adds the user whom the path or the body names, as the recordings know
// them, and undoes what the request is about to do.
func (s *stage) populate() {
	body, _ := s.Request.Body.(object)
	id, _ := body["userId"].(string)
	segments := strings.Split(strings.Split(s.Request.Path, "?")[0], "/")
	if strings.HasPrefix(s.Request.Path, "/api/users/") {
		id = segments[3]
	}
	if !userIDPattern.MatchString(id) || id == "doesnotexist" {
		return
	}
	u := s.recordedUser(id)
	if s.Request.Method == "GET" || s.Response.Status >= 300 {
		return
	}
	u.data["updatedAt"] = u.data["createdAt"]
	switch segments[len(segments)-1] {
	case id:
		for key, value := range body {
			u.data[key] = earlier(value)
		}
	case "is-suspended":
		u.data["isSuspended"] = body["isSuspended"] != true
	case "profile":
		u.data["profile"] = s.unmerged(body["profile"])
	case "custom-data":
		u.data["customData"] = s.unmerged(body["customData"])
	}
}

// recordedUser adds a user with the columns of the recording's own answer, or else
// of the last other recording by name: always the same one, since they differ.
func (s *stage) recordedUser(id string) *user {
	columns := object{"id": id}
	own, isOwn := s.Response.Body.(object)
	if isOwn = isOwn && own["id"] == id; isOwn {
		columns = own
	} else {
		for _, name := range slices.Sorted(maps.Keys(s.all)) {
			if body, isObject := s.all[name].Response.Body.(object); isObject && body["id"] == id && body["identities"] != nil {
				columns = merged(body, object{"identities": object{}, "isSuspended": false})
			}
		}
	}
	u := s.addUser(maps.Clone(columns))
	for _, derived := range []string{"hasPassword", "ssoIdentities", "passwordDigest", "passwordAlgorithm"} {
		delete(u.data, derived)
	}
	if columns["hasPassword"] == true {
		u.digest = somePassword()
	}
	return u
}

// earlier is a value that differs from the one that a request sets.
func earlier(set any) any {
	switch set := set.(type) {
	case object:
		return object{"nickname": "earlier", "earlier": "still"}
	case string:
		if set != "" {
			return nil
		}
	}
	return "earlier"
}

// unmerged is the answered object before the change was merged into it.
func (s *stage) unmerged(change any) object {
	before := maps.Clone(s.Response.Body.(object))
	for key := range change.(object) {
		if _, answered := before[key]; answered {
			before[key] = "earlier"
		}
	}
	return before
}

// setUp runs every setup whose glob matches the recording's name.
func (s *stage) setUp() {
	for _, setup := range setups {
		if glob(setup.recording, s.Name) {
			setup.run(s)
		}
	}
}

// subject is the user that populate added.
func (s *stage) subject() *user {
	if len(s.users) == 0 {
		s.Fatal("recording names no user")
	}
	return s.users[0]
}

// answered is the recorded answer as a list of objects.
func (s *stage) answered() []object { return objects(s.Response.Body) }

func objects(array any) []object {
	result := []object{}
	for _, element := range array.([]any) {
		result = append(result, maps.Clone(element.(object)))
	}
	return result
}

func (s *stage) sent(key string) string {
	text, _ := s.Request.Body.(object)[key].(string)
	return text
}

// form is the recorded form body.
func (s *stage) form() url.Values {
	form, err := url.ParseQuery(s.Request.Body.(string))
	if err != nil {
		s.Fatal(err)
	}
	return form
}

// lastSegment is the end of the path, unescaped.
func (s *stage) lastSegment() string {
	path, _, _ := strings.Cut(s.Request.Path, "?")
	text, err := url.PathUnescape(path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		s.Fatal(err)
	}
	return text
}

// bearer sends a token that the recording has no placeholder of its own for.
func (s *stage) bearer(token string) {
	s.Request.Headers = maps.Clone(s.Request.Headers)
	s.Request.Headers["authorization"] = "Bearer " + token
}

// claimant adds a user, or changes the one there, to fit the claims of an ID token
// or of /oidc/me.
func (s *stage) claimant(claims object) *user {
	u := s.user(claims["sub"].(string))
	if u == nil {
		u = s.addUser(object{"id": claims["sub"]})
	}
	for claim, column := range map[string]string{
		"name": "name", "username": "username", "email": "primaryEmail", "phone_number": "primaryPhone",
		"created_at": "createdAt", "updated_at": "updatedAt",
	} {
		if value, claimed := claims[claim]; claimed {
			u.data[column] = value
		}
	}
	return u
}

// tokenClaims are the claims of a recorded JWT.
func (s *stage) tokenClaims(placeholder any) object {
	var recorded struct{ Payload object }
	found := jwtPlaceholder.FindStringSubmatch(placeholder.(string))
	if found == nil {
		s.Fatalf("no token in %v", placeholder)
	}
	if err := json.Unmarshal([]byte(found[1]), &recorded); err != nil {
		s.Fatal(err)
	}
	return recorded.Payload
}
