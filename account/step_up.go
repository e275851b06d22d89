package account

import (
	"accountql/logto"
	"accountql/signin"
)

// Method is one of the schema's StepUpMethod: a way to prove that the person is
// there.
type Method string

// The methods.
const (
	Password    Method = "PASSWORD"
	EmailCode   Method = "EMAIL_CODE"
	PhoneCode   Method = "PHONE_CODE"
	FreshSignIn Method = "FRESH_SIGN_IN"
)

// StepUpMethods lists the methods that work for a user in a tenant with the
// connectors: a password if there is one, codes where they can be sent, a fresh
// sign-in always.
func StepUpMethods(user *logto.User, hasPassword bool, connectors []logto.Connector) []Method {
	var methods []Method
	if hasPassword {
		methods = append(methods, Password)
	}
	tenant := signin.Tenant{Connectors: connectors}
	if user.PrimaryEmail != nil && tenant.SendsCodesTo(signin.Email) {
		methods = append(methods, EmailCode)
	}
	if user.PrimaryPhone != nil && tenant.SendsCodesTo(signin.Phone) {
		methods = append(methods, PhoneCode)
	}
	return append(methods, FreshSignIn)
}
