// Package access is the operator's policy of what people may see and change of
// their own accounts, part by part. Logto has such a policy too, that of its own
// account center, but its Management API does not enforce it.
package access

import "strings"

// Field is a part of the account: one of the schema's AccountField.
type Field string

// The parts. schema.graphqls says what each covers.
const (
	Name                Field = "NAME"
	Avatar              Field = "AVATAR"
	Profile             Field = "PROFILE"
	Username            Field = "USERNAME"
	Email               Field = "EMAIL"
	Phone               Field = "PHONE"
	Password            Field = "PASSWORD"
	CustomData          Field = "CUSTOM_DATA"
	Social              Field = "SOCIAL"
	Mfa                 Field = "MFA"
	PersonalAccessToken Field = "PERSONAL_ACCESS_TOKEN"
	Session             Field = "SESSION"
	Account             Field = "ACCOUNT"
)

// Fields returns all parts, in the order in which to list them.
func Fields() []Field {
	return []Field{
		Name, Avatar, Profile, Username, Email, Phone, Password,
		CustomData, Social, Mfa, PersonalAccessToken, Session, Account,
	}
}

// setting is the part's name in Logto's account center and in FIELD_ACCESS:
// customData for CUSTOM_DATA.
func (f Field) setting() string {
	words := strings.Split(strings.ToLower(string(f)), "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// Access is what may be done with a part: one of the schema's Access.
type Access string

// The accesses.
const (
	// Off hides the part.
	Off Access = "OFF"
	// ReadOnly shows it.
	ReadOnly Access = "READ_ONLY"
	// Edit shows it and lets people change it.
	Edit Access = "EDIT"
)
