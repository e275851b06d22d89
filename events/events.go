// Package events tells the operator's receiver of security changes as they
// happen, for Logto has no webhook for most of them. What was changed is the
// receiver's to act on, by a warning to the previous address of a changed one for
// instance.
//
// An event is JSON in a POST, signed by the convention of Standard Webhooks
// (https://www.standardwebhooks.com). It is delivered at least once if the
// receiver answers within the tries that it gets, in no particular order. Events
// wait in memory, so those of a process that is killed are lost.
package events

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Type says what happened. It is named after the mutation.
type Type string

// The types.
const (
	UsernameUpdated              Type = "account.username.updated"
	PrimaryEmailUpdated          Type = "account.primaryEmail.updated"
	PrimaryEmailRemoved          Type = "account.primaryEmail.removed"
	PrimaryPhoneUpdated          Type = "account.primaryPhone.updated"
	PrimaryPhoneRemoved          Type = "account.primaryPhone.removed"
	PasswordChanged              Type = "account.password.changed"
	IdentityLinked               Type = "account.identity.linked"
	IdentityUnlinked             Type = "account.identity.unlinked"
	PersonalAccessTokenCreated   Type = "account.personalAccessToken.created"
	PersonalAccessTokenRenamed   Type = "account.personalAccessToken.renamed"
	PersonalAccessTokenDeleted   Type = "account.personalAccessToken.deleted"
	TotpEnrolled                 Type = "account.totp.enrolled"
	BackupCodesGenerated         Type = "account.backupCodes.generated"
	MfaVerificationRemoved       Type = "account.mfaVerification.removed"
	SessionRevoked               Type = "account.session.revoked"
	AuthorizedApplicationRevoked Type = "account.authorizedApplication.revoked"
	AccountSuspended             Type = "account.suspended"
	AccountDeleted               Type = "account.deleted"
)

// Event is one change of one account.
type Event struct {
	Type Type
	// Subject is the id of the user whose account was changed, ClientID the
	// application that changed it.
	Subject, ClientID string
	// Data tells more of the change: previousEmail or previousPhone where one was
	// changed, the target of an identity, the name of a token; outcome is unknown where
	// Logto's answer was lost. Never a secret.
	Data map[string]string
}

// Config is what an emitter is made of.
type Config struct {
	// URL is where events are posted to; without it there is no emitter. It may
	// hold a token and is never logged.
	URL string
	// Secret is the key of the signatures.
	Secret []byte
	// RequestID names the request that a context belongs to.
	RequestID func(context.Context) string
	// Transport replaces the network in tests; nil is the network.
	Transport http.RoundTripper
	Logger    *slog.Logger
}

const (
	// queueLength bounds how many events wait.
	queueLength = 1000
	// workers bounds how many deliveries are under way, so that a receiver that is
	// slow with one event gets the next ones too.
	workers = 4
	// drainTimeout is how long Run goes on after its end was asked for.
	drainTimeout = 10 * time.Second
)

// Emitter queues events and delivers them. A nil Emitter does nothing.
type Emitter struct {
	url       string
	secret    []byte
	requestID func(context.Context) string
	client    *http.Client
	logger    *slog.Logger
	queue     chan message

	delivered, dropped atomic.Uint64
}

// message is an event on its way.
type message struct {
	id      string
	event   Event
	payload []byte
}

// New makes an emitter, nil when there is no URL. Nothing is delivered until Run.
func New(config Config) *Emitter {
	if config.URL == "" {
		return nil
	}
	if config.Transport == nil {
		config.Transport = network()
	}
	return &Emitter{
		url: config.URL, secret: config.Secret, requestID: config.RequestID, logger: config.Logger,
		client: &http.Client{
			Transport: config.Transport,
			Timeout:   tryTimeout,
			// An answer that redirects is no success. To follow it could take the event
			// to a place that the operator didn't name.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		queue: make(chan message, queueLength),
	}
}

// Emit queues an event and never waits. An event that finds the queue full is
// logged and lost.
func (e *Emitter) Emit(ctx context.Context, event Event) {
	if e == nil {
		return
	}
	m := message{id: "evt_" + rand.Text(), event: event}
	data := event.Data
	if data == nil {
		data = map[string]string{}
	}
	m.payload, _ = json.Marshal(struct { // Texts always marshal.
		ID        string            `json:"id"`
		Type      Type              `json:"type"`
		At        time.Time         `json:"at"`
		Subject   string            `json:"subject"`
		ClientID  string            `json:"clientId"`
		RequestID string            `json:"requestId"`
		Data      map[string]string `json:"data"`
	}{m.id, event.Type, time.Now().UTC(), event.Subject, event.ClientID, e.requestID(ctx), data})
	select {
	case e.queue <- m:
	default:
		e.lost(ctx, m, "the queue is full")
	}
}

func (e *Emitter) lost(ctx context.Context, m message, reason any) {
	e.dropped.Add(1)
	e.logger.ErrorContext(ctx, "event lost", "id", m.id, "type", string(m.event.Type), "subject", m.event.Subject, "reason", reason)
}

// Stats tell what became of the events since the start, and how many wait.
type Stats struct {
	Delivered, Lost uint64
	Queued          int
}

// Stats returns the emitter's present ones.
func (e *Emitter) Stats() Stats {
	if e == nil {
		return Stats{}
	}
	return Stats{Delivered: e.delivered.Load(), Lost: e.dropped.Load(), Queued: len(e.queue)}
}

// Run delivers events until ctx ends, and then for at most ten seconds more what
// is still queued. Call it once.
func (e *Emitter) Run(ctx context.Context) {
	if e == nil {
		return
	}
	delivering, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { e.work(ctx, delivering) })
	}
	<-ctx.Done()
	giveUp := time.AfterFunc(drainTimeout, cancel)
	defer giveUp.Stop()
	wg.Wait()
	e.client.CloseIdleConnections()
}

// work delivers what is queued until running ends and the queue is empty.
func (e *Emitter) work(running, delivering context.Context) {
	for {
		select {
		case m := <-e.queue:
			e.deliver(delivering, m)
			continue
		case <-running.Done():
		}
		select {
		case m := <-e.queue:
			e.deliver(delivering, m)
		default:
			return
		}
	}
}
