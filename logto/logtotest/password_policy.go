package logtotest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// passwordPolicy is what the sign-in experience's passwordPolicy means once
// Logto's defaults have filled it up.
type passwordPolicy struct {
	Length struct {
		Min float64 `json:"min"`
		Max float64 `json:"max"`
	} `json:"length"`
	CharacterTypes struct {
		Min float64 `json:"min"`
	} `json:"characterTypes"`
	Rejects struct {
		Pwned                 bool     `json:"pwned"`
		RepetitionAndSequence bool     `json:"repetitionAndSequence"`
		UserInfo              bool     `json:"userInfo"`
		Words                 []string `json:"words"`
	} `json:"rejects"`
}

func policyFrom(stored any) passwordPolicy {
	var policy passwordPolicy
	policy.Length.Min, policy.Length.Max = 8, 256
	policy.CharacterTypes.Min = 1
	policy.Rejects.Pwned, policy.Rejects.RepetitionAndSequence, policy.Rejects.UserInfo = true, true, true
	if err := json.Unmarshal(encodeJSON(stored), &policy); err != nil {
		panic(fmt.Sprintf("logtotest: read password policy: %v", err))
	}
	return policy
}

const passwordSymbols = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// sequences are the runs, forwards or backwards, that count as sequential.
var sequences = []string{
	"0123456789", "abcdefghijklmnopqrstuvwxyz",
	"qwertyuiop", "asdfghjkl", "zxcvbnm",
	"1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol",
}

// restrictedTolerance is how many characters outside every restricted phrase make
// a password acceptable, whatever the rest is.
const restrictedTolerance = 3

// breachedPasswords stand in for the list of the breached-password service.
var breachedPasswords = []string{
	"123456", "12345678", "password", "Password1", "Passw0rd", "P@ssw0rd", "qwerty123", "letmein", "iloveyou", "trustno1", "correcthorsebatterystaple",
}

// fastIssues are the rules on length and characters.
func (p passwordPolicy) fastIssues(password string) []object {
	issues := []object{}
	units := float64(len(utf16.Encode([]rune(password))))
	switch {
	case units < p.Length.Min:
		issues = append(issues, rejection("too_short", object{"min": p.Length.Min}))
	case units > p.Length.Max:
		issues = append(issues, rejection("too_long", object{"max": p.Length.Max}))
	}
	kinds, supported := characterTypes(password)
	switch {
	case !supported:
		issues = append(issues, rejection("unsupported_characters", nil))
	case float64(kinds) < p.CharacterTypes.Min:
		issues = append(issues, rejection("character_types", object{"min": p.CharacterTypes.Min}))
	}
	return issues
}

// restrictedIssues names every kind of restricted phrase in the password, if
// they leave too little else of it. The user, whose name and identifiers count
// as restricted, may be nil if the policy doesn't ask for it.
func (p passwordPolicy) restrictedIssues(password string, user object) []object {
	chars := []rune(strings.ToLower(password))
	restricted := make([]bool, len(chars))
	issues := []object{}
	mark := func(from, length int, code string) {
		for i := range length {
			restricted[from+i] = true
		}
		known := slices.ContainsFunc(issues, func(issue object) bool { return issue["code"] == "password_rejected."+code })
		if length > 0 && !known {
			issues = append(issues, rejection(code, nil))
		}
	}
	for i := range chars {
		rest := string(chars[i:])
		if p.Rejects.RepetitionAndSequence {
			mark(i, repetitionLength(rest), "restricted.repetition")
			mark(i, sequenceLength(rest), "restricted.sequence")
		}
		mark(i, longestPrefix(rest, p.Rejects.Words), "restricted.words")
		if p.Rejects.UserInfo {
			mark(i, longestPrefix(rest, userPhrases(user)), "restricted.user_info")
		}
	}
	count := 0
	for _, is := range restricted {
		if is {
			count++
		}
	}
	if count <= max(1, len(chars)-restrictedTolerance) {
		return nil
	}
	return issues
}

// userPhrases are the parts of a user's data that a password should not be made
// of: the name whole, without spaces and by word, the username, what stands
// before the email's @, and the phone number.
func userPhrases(user object) []string {
	name, _ := user["name"].(string)
	username, _ := user["username"].(string)
	email, _ := user["primaryEmail"].(string)
	phone, _ := user["primaryPhone"].(string)
	mailbox, _, _ := strings.Cut(email, "@")
	phrases := append(strings.Split(name, " "), name, strings.Join(strings.Fields(name), ""))
	return append(phrases, username, mailbox, phone)
}

// longestPrefix is the length of the longest phrase that text, which is in lower
// case, begins with.
func longestPrefix(text string, phrases []string) int {
	longest := 0
	for _, phrase := range phrases {
		if strings.HasPrefix(text, strings.ToLower(phrase)) {
			longest = max(longest, len([]rune(phrase)))
		}
	}
	return longest
}

// repetitionLength is how often the first character stands at the beginning.
func repetitionLength(text string) int {
	chars := []rune(text)
	length := 1
	for length < len(chars) && chars[length] == chars[0] {
		length++
	}
	return atLeastThree(length)
}

// sequenceLength is how far the beginning runs along a sequence.
func sequenceLength(text string) int {
	chars := []rune(text)
	length := 1
	for length < len(chars) && isSequential(string(chars[:length+1])) {
		length++
	}
	return atLeastThree(length)
}

func isSequential(text string) bool {
	backwards := []rune(text)
	slices.Reverse(backwards)
	return slices.ContainsFunc(sequences, func(sequence string) bool {
		return strings.Contains(sequence, text) || strings.Contains(sequence, string(backwards))
	})
}

// atLeastThree ignores runs that are too short to matter.
func atLeastThree(length int) int {
	if length < 3 {
		return 0
	}
	return length
}

func rejection(code string, interpolation object) object {
	issue := object{"code": "password_rejected." + code}
	if interpolation != nil {
		issue["interpolation"] = interpolation
	}
	return issue
}

func characterTypes(password string) (kinds int, supported bool) {
	seen := map[string]bool{}
	for _, char := range password {
		switch {
		case char >= 'a' && char <= 'z':
			seen["lower"] = true
		case char >= 'A' && char <= 'Z':
			seen["upper"] = true
		case char >= '0' && char <= '9':
			seen["digit"] = true
		case strings.ContainsRune(passwordSymbols, char):
			seen["symbol"] = true
		default:
			return 0, false
		}
	}
	return len(seen), true
}
