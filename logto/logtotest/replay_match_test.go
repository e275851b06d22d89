package logtotest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"path"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// matcher accepts the values that may stand where Logto made one up.
type matcher func(s *stage, got, want any) bool

// volatile names, by recording and place in the answer, the values that cannot be
// the same again. Both are globs, and * is one key or index.
var volatile = []struct {
	recording, place string
	accepts          matcher
}{
	{"password-patch-*", "/body/updatedAt", justNow},
	{"is-suspended-*", "/body/updatedAt", justNow},
	{"identities-delete-*", "/body/updatedAt", justNow},
	{"user-patch-*", "/body/updatedAt", justNow},
	{"user-post-*", "/body/id", shaped(`^[a-z0-9]{12}$`)},
	{"user-post-*", "/body/*edAt", justNow},
	{"user-get-include-password-hash", "/body/passwordDigest", shaped(`^\$argon2i\$v=19\$m=\d+,t=\d+,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)},
	{"pat-create*", "/body/value", shaped(`^pat_[A-Za-z0-9]{32}$`)},
	{"pat-create*", "/body/createdAt", justNow},
	{"mfa-backup-generated", "/body/codes/*", shaped(`^[0-9a-f]{10}$`)},
	{"mfa-totp-*", "/body/secretQrCode", pngDataURL},
	{"subject-token-create", "/body/subjectToken", shaped(`^sub_[a-z0-9]{21}$`)},
	{"token-*", "/body/access_token", jwt},
	{"refresh-*", "/body/access_token", jwt},
	{"refresh-*", "/body/id_token", jwt},
	{"auth-401-*", "/body/data/payload/jti", shaped(`^[A-Za-z0-9_-]{43}$`)},
	{"auth-401-*", "/body/data/payload/iat", justNow},
	{"auth-401-*", "/body/data/payload/exp", inAnHour},
	{"oidc-jwks*", "/body/keys/*/kid", shaped(`^[A-Za-z0-9_-]{43}$`)},
	{"oidc-jwks*", "/body/keys/*/[xy]", shaped(`^[A-Za-z0-9_-]{64}$`)},
	// The simulator's RSA keys are half as long, since 4096 bits take seconds.
	{"oidc-jwks*", "/body/keys/*/n", shaped(`^[A-Za-z0-9_-]{342}$`)},
	{"oidc-private-keys-*", "/body/*/id", shaped(`^[a-z0-9]{21}$`)},
	{"oidc-private-keys-*", "/body/*/createdAt", epochSeconds},
	// What a connector says of itself comes with the connector's package.
	{"connectors-*", "/body/*/description", sameKind},
	{"connectors-*", "/body/description", sameKind},
	{"connectors-*", "/body/*/readme", sameKind},
	{"connectors-*", "/body/readme", sameKind},
	{"connectors-*", "/body/*/configTemplate", sameKind},
	{"connectors-*", "/body/configTemplate", sameKind},
	{"connectors-*", "/body/*/logo*", sameKind},
	{"connectors-*", "/body/logo*", sameKind},
	{"well-known-sign-in-exp", "/body/socialConnectors/*/logo*", sameKind},
}

// settle returns got with the recorded value in place of every volatile one that
// is accepted. The place is where in the answer got and want are.
func (s *stage) settle(place string, got, want any) any {
	for _, rule := range volatile {
		if glob(rule.recording, s.Name) && glob(rule.place, place) && rule.accepts(s, got, want) {
			return want
		}
	}
	switch got := got.(type) {
	case object:
		if want, same := want.(object); same {
			for key, value := range got {
				got[key] = s.settle(place+"/"+key, value, want[key])
			}
		}
	case []any:
		if want, same := want.([]any); same {
			for i := range min(len(got), len(want)) {
				got[i] = s.settle(fmt.Sprintf("%s/%d", place, i), got[i], want[i])
			}
		}
	}
	return got
}

func glob(pattern, text string) bool {
	matched, err := path.Match(pattern, text)
	return err == nil && matched
}

func shaped(pattern string) matcher {
	expression := regexp.MustCompile(pattern)
	return func(_ *stage, got, _ any) bool {
		text, isText := got.(string)
		return isText && expression.MatchString(text)
	}
}

// justNow accepts the present in whichever unit was recorded.
func justNow(s *stage, got, want any) bool { return near(got, want, float64(s.Now().UnixMilli())) }

// epochSeconds accepts a time whenever it was.
func epochSeconds(_ *stage, got, _ any) bool {
	number, isNumber := got.(float64)
	return isNumber && number > 1e9 && number < 1e10 && number == math.Trunc(number)
}

func inAnHour(s *stage, got, want any) bool {
	return near(got, want, float64(s.Now().UnixMilli())+tokenLifetime*1000)
}

func near(got, want any, millis float64) bool {
	number, isNumber := got.(float64)
	recorded, wasNumber := want.(float64)
	if wasNumber && recorded < 1e11 {
		millis /= 1000
	}
	return isNumber && wasNumber && math.Abs(number-millis) < millis*1e-7
}

func sameKind(_ *stage, got, want any) bool { return typeName(got) == typeName(want) }

func pngDataURL(_ *stage, got, _ any) bool {
	text, _ := got.(string)
	encoded, isPNG := strings.CutPrefix(text, "data:image/png;base64,")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return false
	}
	_, err = png.Decode(bytes.NewReader(raw))
	return isPNG && err == nil
}

// jwt compares a token with the recorded one decoded: the header and every claim,
// but for the key and what is new in each token.
func jwt(s *stage, got, want any) bool {
	recorded := jwtPlaceholder.FindStringSubmatch(fmt.Sprint(want))
	if recorded == nil {
		return false
	}
	var expected struct{ Header, Payload object }
	if err := json.Unmarshal([]byte(recorded[1]), &expected); err != nil {
		s.Errorf("decode recorded token: %v", err)
	}
	text, _ := got.(string)
	s.mu.Lock()
	claims, err := s.verify(text)
	s.mu.Unlock()
	var header object
	if err == nil {
		err = decodeSegment(strings.Split(text, ".")[0], &header)
	}
	if err != nil {
		s.Errorf("verify %s: %v", got, err)
		return false
	}
	lifetime := expected.Payload["exp"].(float64) - expected.Payload["iat"].(float64)
	if claims["exp"].(float64)-claims["iat"].(float64) != lifetime || !justNow(s, claims["iat"], expected.Payload["iat"]) {
		return false
	}
	if expected.Payload["jti"] != nil && shaped(`^[A-Za-z0-9_-]{43}$`)(s, claims["jti"], nil) {
		claims["jti"] = expected.Payload["jti"]
	}
	header["kid"], claims["iat"], claims["exp"] = expected.Header["kid"], expected.Payload["iat"], expected.Payload["exp"]
	difference := cmp.Diff(object{"header": expected.Header, "claims": expected.Payload}, object{"header": header, "claims": claims})
	if difference != "" {
		s.Errorf("token differs (-recorded +simulated):\n%s", difference)
	}
	return difference == ""
}
