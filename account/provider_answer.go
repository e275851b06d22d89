package account

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const (
	// maxParameterLength bounds one of the parameters that a provider sends back, in
	// bytes.
	maxParameterLength = 4 << 10
	// maxProviderWords bounds what is shown of a provider's refusal, in characters.
	maxProviderWords = 200
)

// providerParameters are what providers send back to a redirect URI by OAuth 2.0
// (RFC 6749, section 4.1.2, and RFC 9207), and Alipay's name for the code. Logto
// hands everything to the connector, so nothing else passes: an ID token as
// "credential", for one, would do at Google's past code, state and redirect URI.
var providerParameters = []string{"code", "auth_code", "state", "scope", "iss", "error", "error_description"}

// providerAnswer picks out of what the client hands over the parameters of a
// provider, and those that the operator added for its target.
func providerAnswer(data map[string]json.RawMessage, added []string) (map[string]string, error) {
	answer := map[string]string{}
	var errs Errors
	for _, name := range slices.Concat(providerParameters, added) {
		raw, given := data[name]
		if !given {
			continue
		}
		var value *string
		if json.Unmarshal(raw, &value) != nil || value == nil || len(*value) > maxParameterLength || strings.ContainsRune(*value, 0) {
			errs = append(errs, &Error{
				Code: InvalidInput, Path: []string{"input", "connectorData", name},
				Message: fmt.Sprintf("This must be a string of at most %d bytes without NUL.", maxParameterLength),
			})
			continue
		}
		answer[name] = *value
	}
	return answer, errs.orNil()
}

// providerRefusal is the error that the provider sent back, if it did.
func providerRefusal(answer map[string]string) error {
	if answer["error"] == "" {
		return nil
	}
	words := plainWords(answer["error_description"])
	if words == "" {
		words = plainWords(answer["error"])
	}
	return fail(ProviderRefused, strings.TrimSuffix("The provider refused the sign-in: "+words, ": "), "input", "connectorData")
}

// plainWords makes text from elsewhere fit for a message: short, and without what
// controls how it is shown.
func plainWords(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) {
			return ' '
		}
		return r
	}, text)
	words := []rune(strings.Join(strings.Fields(text), " "))
	if len(words) > maxProviderWords {
		return string(words[:maxProviderWords]) + "…"
	}
	return string(words)
}
