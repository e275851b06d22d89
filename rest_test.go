package main

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestMeIsWhatRESTGives compares the whole of me with what the Management API
// answers, put together by hand and not by the client's structs.
func TestMeIsWhatRESTGives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, name := range people {
		answer := w.query(w.token(name), settingsQuery(t), nil)
		got := decode(t, answer.body).(map[string]any)["data"].(map[string]any)["me"].(map[string]any)
		dropRemovable(got)
		if diff := gocmp.Diff(w.restMe(name), got); diff != "" {
			t.Errorf("%s (-REST +GraphQL):\n%s", name, diff)
		}
	}
}

// dropRemovable takes out what no endpoint tells; the settings scenarios show it.
func dropRemovable(me map[string]any) {
	for _, key := range []string{"usernameRemovable", "primaryEmailRemovable", "primaryPhoneRemovable", "stepUpMethods"} {
		delete(me, key)
	}
	for _, identity := range me["identities"].([]any) {
		delete(identity.(map[string]any), "removable")
	}
}

type object = map[string]any

func (w *world) restMe(name string) object {
	w.t.Helper()
	list := func(path string) any { return w.manage(http.MethodGet, "/api/users/{"+name+"}"+path, nil) }
	user := list("?includeSsoIdentities=true").(object)
	me := pick(user, "id", "username", "primaryEmail", "name", "avatar", "customData", "hasPassword", "isSuspended")
	me["primaryPhone"] = nil
	if phone, has := user["primaryPhone"].(string); has {
		me["primaryPhone"] = "+" + phone
	}
	me["profile"] = restProfile(user["profile"].(object))
	me["createdAt"], me["updatedAt"] = milliseconds(user["createdAt"]), milliseconds(user["updatedAt"])
	me["lastSignInAt"] = milliseconds(user["lastSignInAt"])
	me["identities"] = restIdentities(user["identities"].(object))
	me["ssoIdentities"] = each(user["ssoIdentities"], func(identity object) object {
		shown := pick(identity, "id", "ssoConnectorId", "issuer", "identityId")
		shown["createdAt"], shown["details"] = milliseconds(identity["createdAt"]), identity["detail"]
		return shown
	})
	me["personalAccessTokens"] = restTokens(list("/personal-access-tokens"), w.logto.Now())
	me["mfaVerifications"] = each(list("/mfa-verifications"), restFactor)
	me["sessions"] = each(list("/sessions").(object)["sessions"], restSession)
	me["authorizedApplications"] = restGrants(list("/grants"), list("/grants?appType=thirdParty"))
	me["organizations"] = each(list("/organizations"), func(organization object) object {
		shown := pick(organization, "id", "name", "description")
		shown["roles"] = []any{}
		for _, role := range organization["organizationRoles"].([]any) {
			shown["roles"] = append(shown["roles"].([]any), role.(object)["name"])
		}
		return shown
	})
	return me
}

func restProfile(stored object) object {
	profile := pick(stored, "familyName", "givenName", "middleName", "nickname", "preferredUsername", "profile", "website",
		"gender", "birthdate", "zoneinfo", "locale", "address")
	if address, has := stored["address"].(object); has {
		profile["address"] = pick(address, "formatted", "streetAddress", "locality", "region", "postalCode", "country")
	}
	return profile
}

func restIdentities(stored object) []any {
	identities := []any{}
	for _, target := range slices.Sorted(maps.Keys(stored)) {
		identity := stored[target].(object)
		details := identity["details"].(object)
		shown := pick(details, "name", "email", "avatar")
		shown["id"], shown["target"], shown["userId"], shown["details"] = target, target, identity["userId"], details
		identities = append(identities, shown)
	}
	return identities
}

// restTokens puts the oldest first, since Logto has no order.
func restTokens(stored any, now time.Time) []any {
	shown := each(stored, func(token object) object {
		expiry, expires := token["expiresAt"].(float64)
		return object{
			"id": token["name"], "name": token["name"], "createdAt": milliseconds(token["createdAt"]),
			"expiresAt": milliseconds(token["expiresAt"]), "isExpired": expires && int64(expiry) < now.UnixMilli(),
		}
	})
	slices.SortFunc(shown, func(a, b any) int {
		return cmp.Compare(a.(object)["createdAt"].(string), b.(object)["createdAt"].(string))
	})
	return shown
}

func restFactor(stored object) object {
	shown := object{"id": stored["id"], "createdAt": instant(stored["createdAt"]), "lastUsedAt": instant(stored["lastUsedAt"])}
	shown["__typename"] = stored["type"].(string) + "Verification"
	switch stored["type"] {
	case "WebAuthn":
		maps.Copy(shown, pick(stored, "name", "agent"))
	case "BackupCode":
		shown["remainingCodes"] = stored["remainCodes"]
	}
	return shown
}

func restSession(stored object) object {
	payload := stored["payload"].(object)
	device := stored["lastSubmission"].(object)["signInContext"].(object)
	shown := pick(device, "ip", "userAgent", "city", "country")
	shown["id"] = payload["uid"]
	shown["applicationIds"] = []any{}
	for _, id := range slices.Sorted(maps.Keys(payload["authorizations"].(object))) {
		shown["applicationIds"] = append(shown["applicationIds"].([]any), id)
	}
	shown["signedInAt"], shown["expiresAt"] = seconds(payload["loginTs"]), milliseconds(stored["expiresAt"])
	agent := shown["userAgent"].(string)
	shown["browser"], shown["os"] = "Safari", "iOS"
	if strings.Contains(agent, "Firefox") {
		shown["browser"], shown["os"] = "Firefox", "macOS"
	}
	return shown
}

func restGrants(all, thirdParty any) []any {
	theirs := map[any]bool{}
	for _, grant := range thirdParty.(object)["grants"].([]any) {
		theirs[grant.(object)["id"]] = true
	}
	return each(all.(object)["grants"], func(grant object) object {
		payload, application := grant["payload"].(object), grant["application"].(object)
		openid, _ := payload["openid"].(object)
		scopes := strings.Fields(openid["scope"].(string))
		resources, _ := payload["resources"].(object)
		for _, granted := range resources {
			scopes = append(scopes, strings.Fields(granted.(string))...)
		}
		slices.Sort(scopes)
		listed := []any{}
		for _, scope := range scopes {
			listed = append(listed, scope)
		}
		return object{
			"id": grant["id"], "applicationId": application["id"], "name": application["name"], "isThirdParty": theirs[grant["id"]],
			"scopes": listed, "createdAt": seconds(payload["iat"]), "expiresAt": milliseconds(grant["expiresAt"]),
		}
	})
}

// pick copies the named members, null for those that aren't there.
func pick(source object, names ...string) object {
	picked := object{}
	for _, name := range names {
		picked[name] = source[name]
	}
	return picked
}

func each(list any, show func(object) object) []any {
	shown := []any{}
	for _, item := range list.([]any) {
		shown = append(shown, show(item.(object)))
	}
	return shown
}

func milliseconds(stored any) any {
	if number, has := stored.(float64); has {
		return time.UnixMilli(int64(number)).UTC().Format(time.RFC3339Nano)
	}
	return nil
}

// instant reads the text that Logto writes in place of a number for MFA alone.
func instant(stored any) any {
	text, _ := stored.(string)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return nil
}

func seconds(stored any) any { return time.Unix(int64(stored.(float64)), 0).UTC().Format(time.RFC3339) }
