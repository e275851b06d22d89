package events_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/events"
)

const (
	address = "https://hooks.example.com/planted-token"
	secret  = "planted-secret-of-32-bytes-or-so"
)

// changed is an event with all there may be.
var changed = events.Event{
	Type: events.PrimaryEmailUpdated, Subject: "alice", ClientID: "web",
	Data: map[string]string{"previousEmail": "alice@example.com"},
}

// receiver is a transport that answers in place of the network, and remembers
// what it was asked.
type receiver struct {
	answer func(try int, r *http.Request) (*http.Response, error)

	mu    sync.Mutex
	tries []try
}

type try struct {
	at                                     time.Time
	url, id, timestamp, signature, eventID string
}

func (rc *receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var event struct{ ID string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	rc.mu.Lock()
	rc.tries = append(rc.tries, try{
		time.Now(), r.URL.String(), r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), r.Header.Get("Webhook-Signature"), event.ID,
	})
	n := len(rc.tries)
	rc.mu.Unlock()
	return rc.answer(n, r)
}

func (rc *receiver) count() int {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return len(rc.tries)
}

func status(code int) *http.Response {
	return &http.Response{StatusCode: code, Header: http.Header{"Location": {"https://evil.example/"}}, Body: http.NoBody}
}

// start runs an emitter. stop ends it and returns its log once all is over.
func start(t *testing.T, rc *receiver) (emitter *events.Emitter, stop func() string) {
	t.Helper()
	var log bytes.Buffer
	emitter = events.New(events.Config{
		URL: address, Secret: []byte(secret), Transport: rc, Logger: newLogger(&log),
		RequestID: func(context.Context) string { return "r1" },
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		emitter.Run(ctx)
	}()
	return emitter, func() string {
		cancel()
		<-done
		return regexp.MustCompile(`id=evt_[A-Z2-7]{26} `).ReplaceAllString(log.String(), "")
	}
}

func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// lost is the line for an event that was lost.
func lost(reason string) string {
	return `level=ERROR msg="event lost" type=account.primaryEmail.updated subject=alice reason=` + reason + "\n"
}

// TestEvent takes an event over a real connection and compares all of it.
func TestEvent(t *testing.T) {
	t.Parallel()
	type request struct {
		header  http.Header
		payload string
	}
	got := make(chan request, 2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, _ := io.ReadAll(r.Body)
		got <- request{r.Header, r.Method + " " + r.URL.String() + "\n" + string(payload)}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	emitter := events.New(events.Config{
		URL: server.URL + "/hook?x=1", Secret: []byte(secret), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		RequestID: func(context.Context) string { return "r1" },
	})
	ctx, cancel := context.WithCancel(t.Context())
	emitter.Emit(ctx, changed)
	emitter.Emit(ctx, events.Event{Type: events.AccountDeleted, Subject: "bob", ClientID: "web"})
	cancel()
	emitter.Run(ctx) // Ends when both were delivered.

	ids := map[string]bool{}
	for range 2 {
		r := <-got
		var event struct {
			ID, Type string
			At       time.Time
		}
		head, payload, _ := strings.Cut(r.payload, "\n")
		if err := json.Unmarshal([]byte(payload), &event); err != nil {
			t.Fatal(err)
		}
		ids[event.ID] = true
		want := fmt.Sprintf(`{"id":%q,"type":"account.primaryEmail.updated","at":%q,"subject":"alice","clientId":"web","requestId":"r1","data":{"previousEmail":"alice@example.com"}}`,
			event.ID, event.At.UTC().Format(time.RFC3339Nano))
		if event.Type == "account.deleted" {
			want = fmt.Sprintf(`{"id":%q,"type":"account.deleted","at":%q,"subject":"bob","clientId":"web","requestId":"r1","data":{}}`,
				event.ID, event.At.UTC().Format(time.RFC3339Nano))
		}
		timestamp := r.header.Get("Webhook-Timestamp")
		wantHeader := http.Header{
			"Accept-Encoding": {"gzip"}, "Content-Length": {fmt.Sprint(len(want))}, "Content-Type": {"application/json"}, "User-Agent": {"accountql"},
			"Webhook-Id": {event.ID}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {events.Sign([]byte(secret), event.ID, timestamp, want)},
		}
		if diff := cmp.Diff("POST /hook?x=1\n"+want, head+"\n"+payload); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantHeader, r.header); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
	}
	if len(ids) != 2 {
		t.Errorf("ids: %v", ids)
	}
}

// TestSignature takes the example that Standard Webhooks is documented with.
func TestSignature(t *testing.T) {
	t.Parallel()
	key, err := base64.StdEncoding.DecodeString("plJ3nmyCDGBKInavdOK15jsl")
	if err != nil {
		t.Fatal(err)
	}
	got := events.Sign(key, "msg_loFOjxBNrRLzqYUf", "1731705121", `{"event_type":"ping","data":{"success":true}}`)
	if want := "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRetry lets a receiver fail in every way before it takes an event.
func TestRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rc := &receiver{answer: func(try int, r *http.Request) (*http.Response, error) {
			switch try {
			case 1:
				return nil, errors.New("connection refused")
			case 2:
				return status(http.StatusFound), nil
			case 3:
				return status(http.StatusInternalServerError), nil
			case 4:
				<-r.Context().Done()
				return nil, r.Context().Err()
			default:
				return status(http.StatusAccepted), nil
			}
		}}
		emitter, stop := start(t, rc)
		emitter.Emit(t.Context(), changed)
		time.Sleep(5 * time.Minute)
		if log := stop(); log != "" {
			t.Errorf("log: %s", log)
		}
		if len(rc.tries) != 5 {
			t.Fatalf("%d tries, want 5", len(rc.tries))
		}
		waits := []time.Duration{time.Second, 3 * time.Second, 9 * time.Second, 27 * time.Second}
		for i, wait := range waits {
			spent := rc.tries[i+1].at.Sub(rc.tries[i].at)
			if i == 3 {
				spent -= 10 * time.Second // The try that timed out.
			}
			if spent < wait/2 || spent > wait*3/2 {
				t.Errorf("waited %v after try %d, want %v or half more or less", spent, i+1, wait)
			}
		}
		for i, try := range rc.tries {
			if try.url != address || try.id != rc.tries[0].id || try.eventID != try.id || try.timestamp != fmt.Sprint(try.at.Unix()) {
				t.Errorf("try %d: %+v", i+1, try)
			}
		}
		if rc.tries[0].signature == rc.tries[4].signature {
			t.Error("the signature doesn't cover the time of the try")
		}
		if got, want := emitter.Stats(), (events.Stats{Delivered: 1}); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
	})
}

func TestGivingUp(t *testing.T) {
	t.Parallel()
	for want, answer := range map[string]func(int, *http.Request) (*http.Response, error){
		`"post event: status 410"`: func(int, *http.Request) (*http.Response, error) { return status(http.StatusGone), nil },
		`"post event: no route"`: func(int, *http.Request) (*http.Response, error) {
			return nil, errors.New("no route")
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rc := &receiver{answer: answer}
				emitter, stop := start(t, rc)
				emitter.Emit(t.Context(), changed)
				time.Sleep(5 * time.Minute)
				log := stop()
				if rc.count() != 6 {
					t.Errorf("%d tries, want 6", rc.count())
				}
				if diff := cmp.Diff(lost(want), log); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
				if got, want := emitter.Stats(), (events.Stats{Lost: 1}); got != want {
					t.Errorf("stats %+v, want %+v", got, want)
				}
				if strings.Contains(log, "planted") {
					t.Errorf("the log tells a secret: %s", log)
				}
			})
		})
	}
}

// TestOverflow queues more than there is room for, with nobody to deliver it.
func TestOverflow(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	emitter := events.New(events.Config{
		URL: address, Secret: []byte(secret), Logger: newLogger(&log),
		RequestID: func(context.Context) string { return "" },
	})
	for range 1002 {
		emitter.Emit(t.Context(), changed)
	}
	got := regexp.MustCompile(`id=evt_[A-Z2-7]{26} `).ReplaceAllString(log.String(), "")
	if diff := cmp.Diff(strings.Repeat(lost(`"the queue is full"`), 2), got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if got, want := emitter.Stats(), (events.Stats{Lost: 2, Queued: 1000}); got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

// TestDrain ends an emitter while events wait, some for the next try.
func TestDrain(t *testing.T) {
	t.Parallel()
	t.Run("delivers", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			rc := &receiver{answer: func(try int, _ *http.Request) (*http.Response, error) {
				if try == 1 {
					return status(http.StatusBadGateway), nil
				}
				time.Sleep(time.Second)
				return status(http.StatusOK), nil
			}}
			emitter, stop := start(t, rc)
			for range 9 {
				emitter.Emit(t.Context(), changed)
			}
			if log := stop(); log != "" {
				t.Errorf("log: %s", log)
			}
			if rc.count() != 10 {
				t.Errorf("%d tries, want one for each event and one more", rc.count())
			}
		})
	})
	t.Run("has an end", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			rc := &receiver{answer: func(_ int, r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}}
			emitter, stop := start(t, rc)
			for range 9 {
				emitter.Emit(t.Context(), changed)
			}
			synctest.Wait()
			time.Sleep(5 * time.Second)
			begun := time.Now()
			log := stop()
			if took := time.Since(begun); took != 10*time.Second {
				t.Errorf("took %v", took)
			}
			if strings.Count(log, "event lost") != 9 {
				t.Errorf("not all that was lost is in the log:\n%s", log)
			}
		})
	})
}

// TestSlowEvent lets a receiver hang with one event, and wants the others
// delivered meanwhile.
func TestSlowEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rc := &receiver{answer: func(try int, r *http.Request) (*http.Response, error) {
			if try == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return status(http.StatusOK), nil
		}}
		emitter, stop := start(t, rc)
		for range 9 {
			emitter.Emit(t.Context(), changed)
		}
		time.Sleep(9 * time.Second)
		if rc.count() != 9 {
			t.Errorf("%d tries, want 9", rc.count())
		}
		if log := stop(); log != "" {
			t.Errorf("log: %s", log)
		}
	})
}

// endless is an answer without end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := new(endless)
		rc := &receiver{answer: func(int, *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: body}, nil
		}}
		emitter, stop := start(t, rc)
		emitter.Emit(t.Context(), changed)
		synctest.Wait()
		if log := stop(); log != "" || rc.count() != 1 {
			t.Errorf("%d tries, log: %s", rc.count(), log)
		}
		if body.read == 0 || body.read > 64<<10 {
			t.Errorf("%d bytes were read", body.read)
		}
	})
}

func TestNoEmitter(t *testing.T) {
	t.Parallel()
	emitter := events.New(events.Config{Secret: []byte(secret)})
	if emitter != nil {
		t.Fatal("there is an emitter without a URL")
	}
	emitter.Emit(t.Context(), changed)
	emitter.Run(t.Context())
	if got := emitter.Stats(); got != (events.Stats{}) {
		t.Errorf("stats %+v", got)
	}
}
