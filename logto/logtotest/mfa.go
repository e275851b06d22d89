package logtotest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pquerna/otp"
)

const backupCodeCount = 10

var (
	totpSecretPattern = regexp.MustCompile(`^[A-Z2-7]{16,}=*$`)
	backupCodePattern = regexp.MustCompile(`^[0-9a-z]{10}$`)
)

func mfaRoutes() []route {
	const collection = "/api/users/{userId}/mfa-verifications"
	return []route{
		{method: http.MethodGet, pattern: collection, handle: forUser(listFactors)},
		{method: http.MethodPost, pattern: collection, handle: forUser(addFactor), body: newFactor},
		{method: http.MethodDelete, pattern: collection + "/{verificationId}", handle: forUser(deleteFactor)},
	}
}

// newFactor is a union told apart by its type.
func newFactor(value any, path []any) (any, []object) {
	body, _ := value.(object)
	switch body["type"] {
	case "Totp":
		return shape(field{"type", anything}, field{"secret", optional(ofType("string"))})(value, path)
	case "BackupCode":
		return shape(field{"type", anything}, field{"codes", optional(listOf(ofType("string")))})(value, path)
	}
	return nil, []object{{
		"code": "invalid_union_discriminator", "options": []any{"Totp", "BackupCode"}, "path": child(path, "type"),
		"message": "Invalid discriminator value. Expected 'Totp' | 'BackupCode'",
	}}
}

func listFactors(_ *call, u *user) response {
	shown := make([]object, len(u.mfa))
	for i, factor := range u.mfa {
		shown[i] = pick(factor, "id", "createdAt", "lastUsedAt", "type", "agent", "name")
		if factor["type"] == "BackupCode" {
			shown[i]["remainCodes"] = unusedCodes(factor)
		}
	}
	return ok(shown)
}

func unusedCodes(factor object) int {
	unused := 0
	for _, code := range factor["codes"].([]any) {
		if code.(object)["usedAt"] == nil {
			unused++
		}
	}
	return unused
}

// addFactor makes the factor live at once: nobody has to prove that they hold it.
// Whether there is one already is looked up before others that run at the same
// time have been stored.
func addFactor(c *call, u *user) response {
	if c.text("type") == "Totp" {
		return addTOTP(c, u)
	}
	return addBackupCodes(c, u)
}

func addTOTP(c *call, u *user) response {
	if byKey(u.mfa, "type", "Totp") != nil {
		return fail(http.StatusUnprocessableEntity, "user.totp_already_in_use")
	}
	secret, given := c.body["secret"].(string)
	switch {
	case !given:
		secret = fromAlphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
	case secret != "" && !totpSecretPattern.MatchString(secret):
		return fail(http.StatusUnprocessableEntity, "user.totp_secret_invalid")
	}
	c.race()
	c.storeFactor(u, object{"type": "Totp", "key": secret})
	image, err := c.qrCode(u, secret)
	if err != nil {
		return internalError()
	}
	return ok(object{"type": "Totp", "secret": secret, "secretQrCode": image})
}

func addBackupCodes(c *call, u *user) response {
	if current := byKey(u.mfa, "type", "BackupCode"); current != nil && unusedCodes(current) > 0 {
		return fail(http.StatusUnprocessableEntity, "user.backup_code_already_in_use")
	}
	if !slices.ContainsFunc(u.mfa, func(factor object) bool { return factor["type"] != "BackupCode" }) {
		return fail(http.StatusUnprocessableEntity, "session.mfa.backup_code_can_not_be_alone")
	}
	codes, given := c.body["codes"].([]any)
	if given && !validBackupCodes(codes) {
		return fail(http.StatusUnprocessableEntity, "user.wrong_backup_code_format")
	}
	if !given {
		for range backupCodeCount {
			codes = append(codes, fromAlphabet("0123456789abcdef", 10))
		}
	}
	c.race()
	stored := make([]any, len(codes))
	for i, code := range codes {
		stored[i] = object{"code": code}
	}
	u.mfa = without(u.mfa, "type", "BackupCode")
	c.storeFactor(u, object{"type": "BackupCode", "codes": stored})
	return ok(object{"type": "BackupCode", "codes": codes})
}

func validBackupCodes(codes []any) bool {
	return len(codes) == backupCodeCount && !slices.ContainsFunc(codes, func(code any) bool {
		return !backupCodePattern.MatchString(code.(string))
	})
}

// storeFactor dates the factor in text, unlike everything else about users.
func (c *call) storeFactor(u *user, factor object) {
	factor["id"], factor["createdAt"] = newID(21), c.now().UTC().Format("2006-01-02T15:04:05.000Z")
	u.mfa = append(u.mfa, factor)
	c.touch(u)
}

func deleteFactor(c *call, u *user) response {
	id := c.params["verificationId"]
	if byKey(u.mfa, "id", id) == nil {
		return notFound()
	}
	u.mfa = without(u.mfa, "id", id)
	c.touch(u)
	return noContent()
}

// qrCode draws the key's otpauth URI as a data URL. A long secret doesn't fit.
func (c *call) qrCode(u *user, secret string) (string, error) {
	account := "Unnamed User"
	for _, key := range []string{"primaryPhone", "primaryEmail", "username", "name"} {
		if text, present := u.data[key].(string); present {
			account = text
		}
	}
	service, _, _ := strings.Cut(c.request.Host, ":")
	label := url.PathEscape(service + ":" + account)
	query := url.Values{"secret": {secret}, "issuer": {service}}.Encode()
	key, err := otp.NewKeyFromURL("otpauth://totp/" + label + "?" + query)
	if err != nil {
		return "", fmt.Errorf("make TOTP URI: %w", err)
	}
	image, err := key.Image(212, 212)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, image); err != nil {
		return "", fmt.Errorf("encode QR code: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(buffer.Bytes()), nil
}
