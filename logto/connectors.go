package logto

import (
	"context"
	"errors"
	"net/url"
)

// ConnectorType tells what a connector is for.
type ConnectorType string

// The types of connectors.
const (
	ConnectorEmail  ConnectorType = "Email"
	ConnectorSms    ConnectorType = "Sms"
	ConnectorSocial ConnectorType = "Social"
)

// Connector is a provider that the tenant has set up. Its configuration holds
// client secrets and is not decoded.
type Connector struct {
	// ID names the connector within the tenant.
	ID string `json:"id"`
	// ConnectorID names its kind: "google-universal".
	ConnectorID string `json:"connectorId"`
	// Target is the key of its identities.
	Target string        `json:"target"`
	Type   ConnectorType `json:"type"`
	// Name by language: {"en": "Google"}.
	Name map[string]string `json:"name"`
	Logo string            `json:"logo"`
	// LogoDark is nil where the connector has none.
	LogoDark *string `json:"logoDark"`
	// Platform is "Native", "Universal" or "Web"; empty for email and SMS.
	Platform string `json:"platform"`
	// IsStandard marks the generic protocols, as OpenID Connect and OAuth 2.0.
	IsStandard bool `json:"isStandard"`
}

// Linkable tells whether the Management API can link an identity through the
// connector. Apple's, those of the generic protocols and some others keep a part of
// the flow in a session of Logto's own sign-in pages (as of Logto 1.42): they answer
// 501 "connector.not_implemented".
func (c Connector) Linkable() bool {
	switch c.ConnectorID {
	case "amazon-universal", "apple-universal", "gitlab-universal", "huggingface-universal", "line-universal",
		"linkedin-universal", "patreon-universal", "qq-universal", "slack-universal", "x-universal":
		return false
	}
	return c.Type == ConnectorSocial && !c.IsStandard
}

// ListConnectors lists the tenant's connectors.
//
// Management API: GET /api/connectors.
func (c *Client) ListConnectors(ctx context.Context) ([]Connector, error) {
	return send[[]Connector](ctx, c, call{endpoint: "GET /api/connectors"})
}

// GetConnectorAuthorizationURI returns where the person signs in at a provider: an
// http or https address, since a page sends people there. Logto checks neither the
// address to come back to nor the state. Connectors that need a session of Logto's
// answer 501 "connector.not_implemented".
//
// Management API: POST /api/connectors/{connectorId}/authorization-uri.
func (c *Client) GetConnectorAuthorizationURI(ctx context.Context, connectorID, redirectURI, state string) (string, error) {
	const endpoint = "POST /api/connectors/{connectorId}/authorization-uri"
	answer, err := send[struct {
		RedirectTo string `json:"redirectTo"`
	}](ctx, c, call{
		endpoint: endpoint, values: []string{connectorID},
		body: map[string]string{"redirectUri": redirectURI, "state": state},
	})
	if err != nil {
		return "", err
	}
	u, err := url.Parse(answer.RedirectTo)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", &AnswerError{Endpoint: endpoint, Err: errors.New("its address is not an http or https one")}
	}
	return answer.RedirectTo, nil
}
