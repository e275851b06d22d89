package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// receiver is the operator's webhook.
type receiver struct {
	*httptest.Server
	events chan event
}

// event is what the webhook is told, but for ids and times.
type event struct {
	Type     string            `json:"type"`
	Subject  string            `json:"subject"`
	ClientID string            `json:"clientId"`
	Data     map[string]string `json:"data"`
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{events: make(chan event, 100)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		var told event
		if err := json.NewDecoder(request.Body).Decode(&told); err != nil {
			t.Error(err)
		}
		r.events <- told
	}))
	t.Cleanup(r.Close)
	return r
}

// env makes a server tell the receiver.
func (r *receiver) env() env {
	return env{
		"EVENTS_WEBHOOK_URL": r.URL, "EVENTS_WEBHOOK_SECRET": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("s", 32))),
	}
}

// await waits for that many events, which come in no order, and sorts them.
func (r *receiver) await(t *testing.T, count int) []event {
	t.Helper()
	var told []event
	for range count {
		select {
		case e := <-r.events:
			told = append(told, e)
		case <-time.After(30 * time.Second):
			t.Fatalf("only %d of %d events: %v", len(told), count, told)
		}
	}
	slices.SortFunc(told, func(a, b event) int { return strings.Compare(encode(t, a), encode(t, b)) })
	return told
}
