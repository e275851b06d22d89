package signin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"accountql/logto"
	"accountql/signin"
)

func TestUsernameFlaw(t *testing.T) {
	t.Parallel()
	const onlyASCII = "A username has only letters from A to Z, digits and underscores."
	for username, want := range map[string]string{
		"AbC_123":                "",
		"_":                      "",
		strings.Repeat("a", 999): "",
		"":                       "Enter a username.",
		"1abc":                   "A username can't begin with a digit.",
		"ab c":                   onlyASCII,
		"abc\n":                  onlyASCII,
		"abc-d":                  onlyASCII,
		"ábc":                    onlyASCII,
		"abc٣":                   onlyASCII,
		"abc\x00":                onlyASCII,
	} {
		if got := signin.UsernameFlaw(username); got != want {
			t.Errorf("%q: %q, want %q", username, got, want)
		}
	}
}

func TestUsernameProblem(t *testing.T) {
	t.Parallel()
	const (
		anything = `{"minLength": 1, "maxLength": 128, "allowedChars": {"lowercase": true, "uppercase": true, "numbers": true, "underscore": true}}`
		small    = `{"minLength": 4, "maxLength": 8, "allowedChars": {"lowercase": true}}`
		capital  = `{"minLength": 1, "maxLength": 8, "allowedChars": {"uppercase": true}}`
	)
	for _, test := range []struct{ policy, username, want string }{
		{anything, "AbC_123", ""},
		{anything, "_", ""},
		{anything, strings.Repeat("a", 128), ""},
		{anything, strings.Repeat("a", 129), "A username has at most 128 characters."},
		{small, "abcd", ""},
		{small, "abcdefgh", ""},
		{small, "abc", "A username has at least 4 characters."},
		{small, "abcdefghi", "A username has at most 8 characters."},
		{small, "abcD", "A username can't have capital letters here."},
		{small, "abc1", "A username can't have digits here."},
		{small, "ab_c", "A username can't have underscores here."},
		{capital, "ABC", ""},
		{capital, "ABc", "A username can't have small letters here."},
	} {
		var policy logto.UsernamePolicy
		read(t, test.policy, &policy)
		if got := signin.UsernameProblem(policy, test.username); got != test.want {
			t.Errorf("%q: %q, want %q", test.username, got, test.want)
		}
	}
}

func TestEmailProblem(t *testing.T) {
	t.Parallel()
	const (
		blocked = "This email address can't be used here. Enter another one."
		plus    = "Email addresses with a plus sign can't be used here. Enter yours without it and what follows it."
	)
	for _, test := range []struct{ name, policy, email, want string }{
		{"no policy", `{}`, "a+b@example.com", ""},
		{"subaddress", `{"blockSubaddressing": true}`, "a+b@example.com", plus},
		{"no subaddress", `{"blockSubaddressing": true}`, "a@example.com", ""},
		{"subaddress that is allowed", `{"blockSubaddressing": true, "customAllowlist": ["a+b@example.com"]}`, "a+b@example.com", plus},
		{"disposable addresses aren't known", `{"blockDisposableAddresses": true}`, "a@example.com", ""},

		{"address", `{"customBlocklist": ["foo@Bar.com"]}`, "Foo@bar.com", blocked},
		{"another address", `{"customBlocklist": ["foo@bar.com"]}`, "fo@bar.com", ""},
		{"the address elsewhere", `{"customBlocklist": ["foo@bar.com"]}`, "foo@bar.com.example", ""},
		{"domain", `{"customBlocklist": ["x@y.example", "@Foo.com"]}`, "bar@fOO.com", blocked},
		{"subdomain of a domain", `{"customBlocklist": ["@foo.com"]}`, "bar@a.foo.com", ""},
		{"domain that ends alike", `{"customBlocklist": ["@foo.com"]}`, "bar@afoo.com", ""},
		{"dot is no wildcard", `{"customBlocklist": ["@foo.com"]}`, "bar@foo-com.example", ""},

		{"wildcard before the @", `{"customBlocklist": ["foo*@bar.com"]}`, "FooBar@bar.com", blocked},
		{"wildcard for nothing", `{"customBlocklist": ["foo*@bar.com"]}`, "foo@bar.com", blocked},
		{"wildcard doesn't match", `{"customBlocklist": ["foo*@bar.com"]}`, "afoo@bar.com", ""},
		{"any before the @", `{"customBlocklist": ["*@bar.com"]}`, "a@bar.com", blocked},
		{"wildcard in the domain", `{"customBlocklist": ["@*.example.com"]}`, "a@b.c.example.com", blocked},
		{"wildcard needs its dot", `{"customBlocklist": ["@*.example.com"]}`, "a@example.com", ""},
		{"wildcard at the end", `{"customBlocklist": ["@foo.*"]}`, "a@foo.co.uk", blocked},
		{"several wildcards", `{"customBlocklist": ["a*b*c@x*.*.example"]}`, "a1b2bc@xy.z.example", blocked},
		{"several wildcards in another order", `{"customBlocklist": ["a*b*c@bar.com"]}`, "acb@bar.com", ""},
		{"wildcards don't overlap", `{"customBlocklist": ["ab*ba@bar.com"]}`, "aba@bar.com", ""},
		{"one wildcard has to match all", `{"customBlocklist": ["a*bb*b@bar.com"]}`, "abb@bar.com", ""},

		{"allowed address", `{"customAllowlist": ["foo@bar.com", "@foo.com"]}`, "foo@bar.com", ""},
		{"allowed domain", `{"customAllowlist": ["foo@bar.com", "@foo.com"]}`, "a@foo.com", ""},
		{"allowed by wildcard", `{"customAllowlist": ["@*.example.com"]}`, "a@foo.example.com", ""},
		{"not allowed", `{"customAllowlist": ["foo@bar.com", "@foo.com"]}`, "a@bar.com", blocked},
		{"allowed and blocked", `{"customAllowlist": ["@bar.com"], "customBlocklist": ["foo@bar.com"]}`, "foo@bar.com", blocked},
		{"empty list of those allowed", `{"customAllowlist": []}`, "a@bar.com", ""},

		{"dots at Gmail", `{"customBlocklist": ["foobar@gmail.com"]}`, "foo.bar@googlemail.com", blocked},
		{"dots of the item", `{"customBlocklist": ["foo.bar@googlemail.com"]}`, "foobar@gmail.com", blocked},
		{"Gmail's other domain", `{"customBlocklist": ["@googlemail.com"]}`, "a@gmail.com", blocked},
		{"allowed at Gmail", `{"customAllowlist": ["foobar@googlemail.com"]}`, "foo.bar@gmail.com", ""},
		{"dots elsewhere", `{"customBlocklist": ["foobar@bar.com"]}`, "foo.bar@bar.com", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var policy logto.EmailBlocklistPolicy
			read(t, test.policy, &policy)
			if got := signin.EmailProblem(policy, test.email); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func read(t *testing.T, text string, policy any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), policy); err != nil {
		t.Fatal(err)
	}
}
