package logto_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

func TestMessagesAreAskedForInALanguage(t *testing.T) {
	t.Parallel()
	var got []string
	client := serve(t, testLogger(t), func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Values("Accept-Language")
		w.WriteHeader(http.StatusNoContent)
	})
	anybody := logto.WithSubject(t.Context(), me)
	for accept, isLanguage := range map[string]bool{
		"de":                             true,
		"fr-CH, fr;q=0.9, *;q=0.5":       true,
		"zh-Hant-TW":                     true,
		strings.Repeat("x", 256):         true,
		"":                               false,
		strings.Repeat("x", 257):         false,
		"de\r\nAuthorization: Bearer me": false,
		"de\tfr":                         false,
		"de\x00":                         false,
		"<script>":                       false,
		"français":                       false,
	} {
		want := []string{accept}
		if !isLanguage {
			want = nil
		}
		// Whatever was asked for before counts no more.
		for _, ctx := range []context.Context{anybody, logto.WithLanguage(anybody, "en")} {
			err := client.SendVerificationCode(logto.WithLanguage(ctx, accept), logto.EmailRecipient("a@example.com"))
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%q: error %v (-want +got):\n%s", accept, err, diff)
			}
		}
	}
}
