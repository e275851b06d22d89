package operator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// managementScope is the Management API's only permission.
const managementScope = "all"

func newCredentials(cfg Config) clientcredentials.Config {
	return clientcredentials.Config{
		ClientID:       cfg.AppID,
		ClientSecret:   cfg.AppSecret,
		TokenURL:       cfg.Endpoint + "/oidc/token",
		Scopes:         []string{managementScope},
		EndpointParams: url.Values{"resource": {cfg.Resource}},
		AuthStyle:      oauth2.AuthStyleInHeader,
	}
}

// CredentialError says what is wrong with the credentials, as far as Logto's answers
// allow to tell, and how to mend it.
type CredentialError struct {
	// Setting is the environment variable to look at first.
	Setting string
	// What is wrong, and Mend what to do, are sentences without a full stop.
	What, Mend string
	// Granted tells that Logto gave a token, which is of no use.
	Granted bool
}

func (e *CredentialError) Error() string { return e.What + ": " + e.Mend }

// Authorize gets a management token and sees whether it is good. Its error is a
// *CredentialError where the operator's settings are to blame.
//
// OpenID Connect: POST /oidc/token.
func (c *Client) Authorize(ctx context.Context) error {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.network)
	token, err := c.credentials.Token(ctx)
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return refused(refusal)
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("POST /oidc/token: %w", bare(err))
	}
	if err != nil {
		return errors.New("the answer of POST /oidc/token is not Logto's: no token in it")
	}
	c.token = token.AccessToken
	// Scopes that the application's roles don't have are left out without a word, and
	// so is everything of another API than the Management API. Using the token tells.
	_, err = c.exchange(ctx, request{
		method: http.MethodGet, path: "/api/resources", query: url.Values{"page": {"1"}, "page_size": {"1"}},
	})
	scope, _ := token.Extra("scope").(string)
	return c.unusable(err, slices.Contains(strings.Fields(scope), managementScope))
}

// refused tells why Logto gave no token. Recorded answers say: a wrong secret is 401
// invalid_client, an unknown application 400 invalid_client, an unknown resource 400
// invalid_target.
func refused(refusal *oauth2.RetrieveError) error {
	code, status := refusal.ErrorCode, refusal.Response.StatusCode
	switch {
	case code == "invalid_client" && status == http.StatusUnauthorized:
		return &CredentialError{
			Setting: "LOGTO_APP_SECRET", What: "Logto refuses the secret of the application that LOGTO_APP_ID names",
			Mend: "set LOGTO_APP_SECRET to that application's secret, as Logto's console shows it; if it is the right one, " +
				"LOGTO_APP_ID names an application without secrets: it must be a machine-to-machine one",
		}
	case code == "invalid_client":
		return &CredentialError{
			Setting: "LOGTO_APP_ID", What: "Logto knows no application with the id of LOGTO_APP_ID",
			Mend: "set LOGTO_APP_ID to the app ID of a machine-to-machine application of this very Logto, and LOGTO_ENDPOINT to the " +
				"address of Logto itself rather than of its console",
		}
	case code == "unauthorized_client":
		return &CredentialError{
			Setting: "LOGTO_APP_ID", What: "the application that LOGTO_APP_ID names is not a machine-to-machine one",
			Mend: "create a machine-to-machine application in Logto's console, and set LOGTO_APP_ID and LOGTO_APP_SECRET to its own",
		}
	case code == "invalid_target":
		return &CredentialError{
			Setting: "LOGTO_MANAGEMENT_API_RESOURCE", What: "Logto knows no API with the identifier of LOGTO_MANAGEMENT_API_RESOURCE",
			Mend: "set it to the identifier of the Logto Management API, as Logto's console shows it under API resources; " +
				"of a Logto that you host it is https://default.logto.app/api, which is taken when the variable is not set",
		}
	case code != "" && isWord(code):
		code = "oidc." + code
	default:
		code = ""
	}
	return &Error{Endpoint: "POST /oidc/token", Status: status, Code: code}
}

// unusable tells what a first call with the token says of it.
func (c *Client) unusable(err error, hasScope bool) error {
	answer, _ := errors.AsType[*Error](err)
	switch {
	case answer != nil && answer.Status == http.StatusUnauthorized && strings.HasPrefix(answer.Code, "auth."):
		return &CredentialError{
			Setting: "LOGTO_MANAGEMENT_API_RESOURCE", Granted: true,
			What: "the token is for " + c.resource + ", which is an API of this Logto but not its Management API",
			Mend: "set LOGTO_MANAGEMENT_API_RESOURCE to the identifier of the Logto Management API, as Logto's console shows it under " +
				"API resources; of a Logto that you host it is https://default.logto.app/api, which is taken when the variable is not set",
		}
	case answer != nil && answer.Status == http.StatusForbidden && strings.HasPrefix(answer.Code, "auth."), err == nil && !hasScope:
		return &CredentialError{
			Setting: "LOGTO_APP_ID", Granted: true,
			What: "the token has no scope all: the application that LOGTO_APP_ID names has no role with it",
			Mend: "in Logto's console, give that application a machine-to-machine role with the permission all of the Logto Management " +
				"API, such as the role Logto Management API access",
		}
	}
	return err
}
