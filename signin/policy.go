package signin

import (
	"fmt"
	"slices"
	"strings"

	"accountql/logto"
)

// UsernameFlaw says, in words for the person, why Logto takes no such username in
// any tenant (^[A-Z_a-z]\w*$); it is empty when it does. To Logto the empty text is
// no username: it removes the one that is there.
func UsernameFlaw(username string) string {
	switch {
	case username == "":
		return "Enter a username."
	case isDigit(rune(username[0])):
		return "A username can't begin with a digit."
	case strings.ContainsFunc(username, func(r rune) bool { return !isUpper(r) && !isLower(r) && !isDigit(r) && r != '_' }):
		return "A username has only letters from A to Z, digits and underscores."
	}
	return ""
}

// UsernameProblem says, in words for the person, why the tenant doesn't take a
// username without a flaw; it is empty when it does. It leaves caseSensitive to
// Logto, which alone knows whether a username is taken.
func UsernameProblem(policy logto.UsernamePolicy, username string) string {
	chars := policy.AllowedChars
	switch {
	case len(username) < policy.MinLength:
		return fmt.Sprintf("A username has at least %d characters.", policy.MinLength)
	case len(username) > policy.MaxLength:
		return fmt.Sprintf("A username has at most %d characters.", policy.MaxLength)
	case !chars.Uppercase && strings.ContainsFunc(username, isUpper):
		return "A username can't have capital letters here."
	case !chars.Lowercase && strings.ContainsFunc(username, isLower):
		return "A username can't have small letters here."
	case !chars.Numbers && strings.ContainsFunc(username, isDigit):
		return "A username can't have digits here."
	case !chars.Underscore && strings.Contains(username, "_"):
		return "A username can't have underscores here."
	}
	return ""
}

func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }

func isLower(r rune) bool { return 'a' <= r && r <= 'z' }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// EmailProblem says, in words for the person, why the tenant doesn't take an email,
// which is one local@domain; it is empty when it does. A list of those allowed
// keeps all others out, and who is on both lists is out as well. It leaves
// blockDisposableAddresses out: which addresses are disposable is known to a
// service of Logto Cloud alone, which can't be asked.
func EmailProblem(policy logto.EmailBlocklistPolicy, email string) string {
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	on := func(list []string) bool {
		return slices.ContainsFunc(list, func(item string) bool { return covers(strings.ToLower(item), local, domain) })
	}
	switch {
	case policy.BlockSubaddressing && strings.Contains(local, "+"):
		return "Email addresses with a plus sign can't be used here. Enter yours without it and what follows it."
	case len(policy.CustomAllowlist) > 0 && !on(policy.CustomAllowlist), on(policy.CustomBlocklist):
		return "This email address can't be used here. Enter another one."
	}
	return ""
}

// covers tells whether an item of a list, "@domain" or "local@domain", is about an
// address. Gmail has two domains and sees no dots before the @, and so does Logto.
func covers(item, local, domain string) bool {
	domains := []string{domain}
	itemLocal, itemDomain, _ := strings.Cut(item, "@")
	if gmail := []string{"gmail.com", "googlemail.com"}; slices.Contains(gmail, domain) {
		domains = gmail
		local, itemLocal = strings.ReplaceAll(local, ".", ""), strings.ReplaceAll(itemLocal, ".", "")
	}
	return (strings.HasPrefix(item, "@") || matches(itemLocal, local)) &&
		slices.ContainsFunc(domains, func(domain string) bool { return matches(itemDomain, domain) })
}

// matches compares with a pattern, in which * stands for any text.
func matches(pattern, text string) bool {
	first, rest, hasWildcard := strings.Cut(pattern, "*")
	if !hasWildcard {
		return pattern == text
	}
	text, found := strings.CutPrefix(text, first)
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		if !found {
			return false
		}
		_, text, found = strings.Cut(text, part)
	}
	return found && strings.HasSuffix(text, parts[last])
}
