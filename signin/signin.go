// Package signin knows which ways of signing in an account has in its tenant, and
// which identifiers the tenant takes. Logto itself lets a server take away the last
// way in and enforces no policy, so accountql asks here before it changes anything.
package signin

import (
	"slices"

	"accountql/logto"
)

// Identifier is one of the three identifiers that Logto signs people in by.
type Identifier string

// The identifiers, as Logto's sign-in experience names them.
const (
	Username Identifier = "username"
	Email    Identifier = "email"
	Phone    Identifier = "phone"
)

// Tenant is what the tenant allows.
type Tenant struct {
	Experience *logto.SignInExperience
	Connectors []logto.Connector
}

// Account is what the account has. Social holds the targets of its social
// identities.
type Account struct {
	Identifiers map[Identifier]bool
	HasPassword bool
	Social      []string
	Enterprise  bool
}

// AccountOf reads an account from Logto's user. hasPassword is given apart,
// since older releases of Logto tell it at an endpoint of its own.
func AccountOf(user *logto.User, hasPassword bool) Account {
	account := Account{
		Identifiers: map[Identifier]bool{
			Username: user.Username != nil,
			Email:    user.PrimaryEmail != nil,
			Phone:    user.PrimaryPhone != nil,
		},
		HasPassword: hasPassword,
		Enterprise:  len(user.SsoIdentities) > 0,
	}
	for target := range user.Identities {
		account.Social = append(account.Social, target)
	}
	return account
}

// SurvivesIdentifier tells whether the account still has a way in without the
// identifier.
func (t Tenant) SurvivesIdentifier(account Account, without Identifier) bool {
	rest := make(map[Identifier]bool, len(account.Identifiers))
	for identifier, has := range account.Identifiers {
		rest[identifier] = has && identifier != without
	}
	account.Identifiers = rest
	return t.hasWayIn(account)
}

// SurvivesSocial tells whether the account still has a way in without the
// social identity of the target.
func (t Tenant) SurvivesSocial(account Account, without string) bool {
	account.Social = slices.DeleteFunc(slices.Clone(account.Social), func(target string) bool { return target == without })
	return t.hasWayIn(account)
}

func (t Tenant) hasWayIn(account Account) bool {
	if account.Enterprise {
		return true
	}
	if slices.ContainsFunc(account.Social, t.signsInBySocial) {
		return true
	}
	for identifier, has := range account.Identifiers {
		if has && t.signsInBy(identifier, account.HasPassword) {
			return true
		}
	}
	return false
}

// signsInBySocial needs both: a connector that is set up, and its target among
// those that the sign-in page offers.
func (t Tenant) signsInBySocial(target string) bool {
	return slices.Contains(t.Experience.SocialSignInConnectorTargets, target) &&
		slices.ContainsFunc(t.Connectors, func(c logto.Connector) bool {
			return c.Type == logto.ConnectorSocial && c.Target == target
		})
}

// signsInBy follows the tenant's sign-in methods: a password needs one to be
// set, a code needs a connector that sends it.
func (t Tenant) signsInBy(identifier Identifier, hasPassword bool) bool {
	return slices.ContainsFunc(t.Experience.SignIn.Methods, func(m logto.SignInMethod) bool {
		if m.Identifier != string(identifier) {
			return false
		}
		return m.Password && hasPassword || m.VerificationCode && t.SendsCodesTo(identifier)
	})
}

// SendsCodesTo tells whether the tenant has a connector that sends verification
// codes to the identifier.
func (t Tenant) SendsCodesTo(identifier Identifier) bool {
	var kind logto.ConnectorType
	switch identifier {
	case Email:
		kind = logto.ConnectorEmail
	case Phone:
		kind = logto.ConnectorSms
	default:
		return false
	}
	return slices.ContainsFunc(t.Connectors, func(c logto.Connector) bool { return c.Type == kind })
}
