package events

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"accountql/quiet"
)

const (
	// maxTries bounds how often one event is posted. The waits between add up to 100
	// seconds, half more or less, which outlasts a restart of the receiver.
	maxTries = 6
	// tryTimeout is for one try.
	tryTimeout = 10 * time.Second
	// maxAnswerBytes of an answer are read, so that its connection can be used
	// again; nothing in it matters.
	maxAnswerBytes = 16 << 10
)

// network is the transport of an emitter.
func network() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = maxAnswerBytes
	transport.MaxConnsPerHost = workers
	return transport
}

// deliver posts an event until a try succeeds, the tries are used up, or ctx
// ends.
func (e *Emitter) deliver(ctx context.Context, m message) {
	waits := backoff.NewExponentialBackOff() // With jitter of half the wait.
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval = time.Second, 3, time.Minute
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, e.post(ctx, m) },
		backoff.WithBackOff(waits), backoff.WithMaxTries(maxTries))
	if err != nil {
		e.lost(ctx, m, err)
		return
	}
	e.delivered.Add(1)
}

// post tries once. Any answer but 2xx is a failure. Its error doesn't name the
// URL.
func (e *Emitter) post(ctx context.Context, m message) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(m.payload))
	if err != nil {
		return errors.New("make request: the URL can't be used")
	}
	// The time of the try, since receivers refuse old ones as replays.
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "accountql")
	req.Header.Set("Webhook-Id", m.id)
	req.Header.Set("Webhook-Timestamp", timestamp)
	req.Header.Set("Webhook-Signature", e.sign(m, timestamp))
	response, err := e.client.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return fmt.Errorf("post event: %w", quiet.Error(err))
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswerBytes) // The status says it all.
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("post event: status %d", response.StatusCode)
	}
	return nil
}

// sign makes the signature of Standard Webhooks, version 1: HMAC-SHA256 over id,
// timestamp and payload.
func (e *Emitter) sign(m message, timestamp string) string {
	mac := hmac.New(sha256.New, e.secret)
	fmt.Fprintf(mac, "%s.%s.%s", m.id, timestamp, m.payload)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
