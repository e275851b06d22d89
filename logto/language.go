package logto

import (
	"context"
	"strings"
)

type languageKey struct{}

// WithLanguage returns a context whose calls ask Logto for messages in the
// languages that the value of an Accept-Language header lists. A value that isn't
// one is as good as none.
//
// Logto 1.42 heeds it in the messages of its errors. Codes that are sent by the
// Management API it words in the tenant's language.
func WithLanguage(ctx context.Context, accept string) context.Context {
	// A header of a browser with ten languages has about 100 bytes. The characters are
	// those that pages may send to others unasked (Fetch, "CORS-safelisted").
	const most, characters = 256, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 *,-.;="
	if len(accept) > most || strings.Trim(accept, characters) != "" {
		accept = ""
	}
	if accept == language(ctx) {
		return ctx
	}
	return context.WithValue(ctx, languageKey{}, accept)
}

func language(ctx context.Context) string {
	accept, _ := ctx.Value(languageKey{}).(string)
	return accept
}
