package doctor

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"accountql/auth"
)

// TokenClaims is what a token says of itself. The token itself is no part of it.
type TokenClaims struct {
	Kind string `json:"kind"`
	// Verified tells whether package auth has found all of it good. If not, anybody may
	// have written it: it is to be shown, and for nothing else.
	Verified  bool       `json:"verified"`
	Issuer    string     `json:"issuer,omitempty"`
	Audience  []string   `json:"audience,omitempty"`
	Client    string     `json:"client,omitempty"`
	Subject   string     `json:"subject,omitempty"`
	Scopes    []string   `json:"scopes,omitempty"`
	IssuedAt  *time.Time `json:"issuedAt,omitempty"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// verified are the claims of a token that package auth has found good.
func verified(token *auth.Token, audience string) *TokenClaims {
	return &TokenClaims{
		Kind: accessTokenKind, Verified: true, Issuer: token.Issuer, Audience: []string{audience}, Client: token.ClientID,
		Subject: token.Subject, Scopes: token.Scopes, IssuedAt: &token.IssuedAt, ExpiresAt: &token.ExpiresAt,
	}
}

const (
	accessTokenKind = "access token (JWT)"
	noToken         = "no token of any kind"
)

// Claims reads what can be read of any token without knowing who gave it. It judges
// nothing.
func Claims(raw string) *TokenClaims {
	parts := strings.Split(raw, ".")
	switch {
	case strings.HasPrefix(raw, "pat_"):
		return &TokenClaims{Kind: "personal access token"}
	case looksOpaque(raw):
		return &TokenClaims{Kind: "opaque token"}
	case len(parts) == 5:
		return &TokenClaims{Kind: "encrypted token (JWE)"}
	case len(parts) != 3:
		return &TokenClaims{Kind: noToken}
	}
	header, claims := decoded(parts[0]), decoded(parts[1])
	if header == nil || claims == nil {
		return &TokenClaims{Kind: "damaged JWT"}
	}
	t := &TokenClaims{
		Kind: "JWT of some other kind", Issuer: text(claims["iss"]), Audience: texts(claims["aud"]), Client: text(claims["client_id"]),
		Subject: text(claims["sub"]), Scopes: strings.Fields(text(claims["scope"])),
		IssuedAt: date(claims["iat"]), ExpiresAt: date(claims["exp"]),
	}
	switch typ := strings.TrimPrefix(strings.ToLower(text(header["typ"])), "application/"); {
	case typ == "at+jwt":
		t.Kind = accessTokenKind
	case (typ == "" || typ == "jwt") && claims["client_id"] == nil:
		t.Kind = "ID token"
	}
	return t
}

// looksOpaque tells whether a text looks as Logto's opaque tokens do, which are 43
// letters, digits, hyphens and underscores.
func looksOpaque(raw string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return len(raw) >= 40 && strings.Trim(raw, alphabet) == ""
}

func decoded(part string) map[string]any {
	data, err := base64.RawURLEncoding.DecodeString(part)
	var members map[string]any
	if err != nil || json.Unmarshal(data, &members) != nil {
		return nil
	}
	return members
}

// text is a string claim, cut to what fits a line.
func text(claim any) string {
	const most = 200
	value, _ := claim.(string)
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return value
}

// texts is a claim that is a string or a list of them.
func texts(claim any) []string {
	const most = 10
	list, isList := claim.([]any)
	if !isList {
		list = []any{claim}
	}
	var values []string
	for _, one := range list[:min(len(list), most)] {
		if value := text(one); value != "" {
			values = append(values, value)
		}
	}
	return values
}

// date is a claim in seconds, nil if it is no time that can be written.
func date(claim any) *time.Time {
	const endOfYear9999 = 253402300799
	seconds, ok := claim.(float64)
	if !ok || seconds < 0 || seconds > endOfYear9999 {
		return nil
	}
	at := time.Unix(int64(seconds), 0).UTC()
	return &at
}

func (t *TokenClaims) print(w io.Writer) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-8s  %s\n", name, printable(value))
		}
	}
	line("kind", t.Kind)
	line("issuer", t.Issuer)
	line("audience", strings.Join(t.Audience, " "))
	line("client", t.Client)
	line("subject", t.Subject)
	line("scopes", strings.Join(t.Scopes, " "))
	if t.IssuedAt != nil {
		line("issued", t.IssuedAt.Format(time.RFC3339))
	}
	if t.ExpiresAt != nil {
		line("expires", t.ExpiresAt.Format(time.RFC3339))
	}
	if says := t.Issuer != "" || t.Client != "" || t.Subject != ""; says && !t.Verified {
		fmt.Fprintln(w, "\nAll of this is what the token says of itself. It is not verified.")
	}
	fmt.Fprintln(w)
}
