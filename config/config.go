// Package config reads the server's settings from its environment.
//
// The settings are one table (settings.go): a row holds a variable's name, its
// default, what it means, how to mend it, and how to read it. The reference in
// docs/configuration.md is tested against that table. Struct tags, and the libraries that
// read them, could hold the first three; but their errors name Go's fields,
// quote values that may be secrets, and cannot say what to do instead.
//
// An empty variable counts as one that is not set, since container platforms
// pass empty strings for what nobody filled in.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"accountql/access"
)

// Config is the whole configuration of a server, checked and normalised.
// It can be logged: secrets print as "[redacted]".
type Config struct {
	// LogtoEndpoint is Logto's address without a trailing slash.
	LogtoEndpoint string
	// AllowInsecureLogto permits plain http to a Logto that isn't on loopback.
	AllowInsecureLogto bool
	// LogtoAppID and LogtoAppSecret are the credentials of the
	// machine-to-machine application that calls the Management API.
	LogtoAppID     string
	LogtoAppSecret Secret
	// LogtoMaxConcurrency bounds the calls of the Management API in flight.
	LogtoMaxConcurrency int
	// LogtoManagementAPIResource is the Management API's resource indicator.
	LogtoManagementAPIResource string
	// LogtoIssuer pins the issuer of users' tokens; empty takes discovery's.
	LogtoIssuer string
	// AccountAPIResource is the audience that users' tokens must have.
	AccountAPIResource string
	// AllowedClientIDs are the applications whose users' tokens are accepted;
	// "*", then the only element, stands for all.
	AllowedClientIDs []string
	// Addr is the address to listen on, HOST:PORT.
	Addr string
	// ShutdownGrace is how long the server, told to end, goes on serving and says by
	// /readyz that others should be asked.
	ShutdownGrace time.Duration
	// CORSAllowedOrigins are the web origins that may call from a browser, in
	// the form in which browsers send them. None may when it is empty.
	CORSAllowedOrigins []string
	// Playground serves the playground and answers introspection.
	Playground bool
	// AccountPageAppID is the application of the account page; without it the page is
	// not served.
	AccountPageAppID string
	// CustomDataReadable and CustomDataWritable are the top-level keys of the
	// custom data that users may read and write; "*", then the only element,
	// stands for all.
	CustomDataReadable []string
	CustomDataWritable []string
	// FieldAccess is what users may see and change of their accounts.
	FieldAccess access.Policy
	// RedirectURIs are where a social provider may send people back to.
	RedirectURIs []string
	// ConnectorDataKeys are, by target of a social connector, what passes to it
	// beside the usual parameters of a provider's answer.
	ConnectorDataKeys map[string][]string
	// SecretKeys hold 32 bytes each. The first seals, all of them open.
	SecretKeys []Secret
	// RedisURL is the Redis that several instances share; empty keeps what is
	// shared in memory.
	RedisURL Secret
	// RedisRequired refuses a configuration without RedisURL.
	RedisRequired bool
	// TrustedProxies are the networks whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	// MaxForgedTokens is how many tokens with a bad signature are found out in a
	// second, for each CPU.
	MaxForgedTokens int
	// SendBudget is how many verification codes may be sent in an hour.
	SendBudget int
	// PhoneCountries are the ISO 3166 alpha-2 codes of the countries whose phone
	// numbers are taken; none means all.
	PhoneCountries []string
	// Limits bound what one request can make the server do.
	Limits Limits
	// PATMaxLifetime is how long a personal access token lives at most, and where
	// nothing else is asked for; zero for no bound. PATMaxCount is how many of them
	// an account may have.
	PATMaxLifetime time.Duration
	PATMaxCount    int
	// TotpIssuer is what authenticator apps call the tenant; empty takes the host of
	// Logto's issuer.
	TotpIssuer string
	// SelfSuspension lets users suspend their own accounts.
	SelfSuspension bool
	// EventsWebhookURL is where events go, if anywhere, and EventsWebhookSecret
	// the bytes of the key that signs them.
	EventsWebhookURL    Secret
	EventsWebhookSecret Secret
	// PersistedOperations are the documents that clients may name.
	PersistedOperations PersistedOperations
	// LogFormat is "text" or "json".
	LogFormat string
	// LogLevel is the lowest level that is logged.
	LogLevel slog.Level
	// MetricsAddr is where metrics are served, HOST:PORT; nowhere when it is empty.
	MetricsAddr string
	// Tracing is about traces.
	Tracing Tracing

	// Warnings are what works but deserves the operator's attention.
	Warnings []Problem
}

// AllowsAnyClient reports whether users' tokens of every application are taken.
func (c *Config) AllowsAnyClient() bool {
	return isEverything(c.AllowedClientIDs)
}

// FromEnv reads the configuration by way of getenv, os.Getenv for instance.
// Its error joins all problems found, each a line that names the setting, what
// is wrong with it and what to set instead. No secret is ever part of it.
func FromEnv(getenv func(string) string) (*Config, error) {
	c := new(Config)
	var problems []error
	for _, s := range c.settings() {
		if err := s.load(getenv); err != nil {
			problems = append(problems, err)
		}
	}
	isSet := func(name string) bool { return strings.TrimSpace(getenv(name)) != "" }
	problems = append(problems, c.relate(isSet)...)
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	c.warn()
	return c, nil
}

// Addr reads ADDR alone, for a command that needs nothing else.
func Addr(getenv func(string) string) (string, error) {
	c := new(Config)
	for _, s := range c.settings() {
		if s.Name == "ADDR" {
			if err := s.load(getenv); err != nil {
				return "", err
			}
		}
	}
	return c.Addr, nil
}

// relate checks settings against each other and derives the one that has no
// default of its own. A setting that failed to load is empty here and passes,
// since it has been reported already; isSet tells it from one that is missing.
func (c *Config) relate(isSet func(string) bool) []error {
	var problems []error
	wrong := func(setting, what, mend string) { problems = append(problems, Problem{setting, what, mend}) }
	if strings.HasPrefix(c.LogtoEndpoint, "http:") && !isLoopback(c.LogtoEndpoint) && !c.AllowInsecureLogto {
		wrong("LOGTO_ENDPOINT", "uses http",
			"set it to an https address, or, on a network that nobody else can read, set ALLOW_INSECURE_LOGTO=true")
	}
	c.Tracing.resolve(isSet)
	if c.LogtoManagementAPIResource == "" {
		c.LogtoManagementAPIResource = managementAPI(c.LogtoEndpoint)
	}
	if isManagementAPI(c.AccountAPIResource, c.LogtoManagementAPIResource) {
		wrong("ACCOUNT_API_RESOURCE", "is the Management API's own",
			"create an API resource for this server in Logto and set it to that one's identifier, e.g. https://account.example.com")
	}
	if c.AccountPageAppID != "" && !c.AllowsAnyClient() && !slices.Contains(c.AllowedClientIDs, c.AccountPageAppID) {
		wrong("ACCOUNT_PAGE_APP_ID", "is not among ALLOWED_CLIENT_IDS, so the page's own requests would be refused",
			"add it to ALLOWED_CLIENT_IDS")
	}
	if overlaps(c.Addr, c.MetricsAddr) {
		wrong("METRICS_ADDR", "has the port of ADDR", "set it to another port, e.g. 127.0.0.1:9090")
	}
	if c.RedisRequired && !isSet("REDIS_URL") {
		wrong("REDIS_URL", "is not set, though REDIS_REQUIRED is true",
			"set it to the Redis that all instances share, or, for a single instance, take REDIS_REQUIRED away")
	}
	if c.RedisURL != "" && !isSet("SECRET_KEY") {
		wrong("SECRET_KEY", "is not set, though REDIS_URL is",
			"set it to the same key on every instance, 32 random bytes in base64, as this prints: openssl rand -base64 32")
	}
	if c.EventsWebhookURL != "" && !isSet("EVENTS_WEBHOOK_SECRET") {
		wrong("EVENTS_WEBHOOK_SECRET", "is not set, though EVENTS_WEBHOOK_URL is",
			"set it to at least 32 random bytes in base64, as this prints: openssl rand -base64 32")
	}
	return problems
}

// warn collects what is allowed but dangerous.
func (c *Config) warn() {
	warn := func(setting, what, mend string) { c.Warnings = append(c.Warnings, Problem{setting, what, mend}) }
	if strings.HasPrefix(c.LogtoEndpoint, "http:") && !isLoopback(c.LogtoEndpoint) {
		warn("LOGTO_ENDPOINT", "uses http, so whoever can read the network between here and Logto gets a credential that can "+
			"change every account", "set it to an https address")
	}
	if c.AllowsAnyClient() {
		warn("ALLOWED_CLIENT_IDS", "is *, so users' tokens of every application are accepted, those got by token exchange included",
			"list the app IDs of your own applications")
	}
	if isEverything(c.CustomDataWritable) {
		warn("CUSTOM_DATA_WRITABLE", "is *, so users can change all of their custom data, roles and plans kept there included",
			"list the keys that are the users' own")
	}
	for _, target := range slices.Sorted(maps.Keys(c.ConnectorDataKeys)) {
		if slices.Contains(c.ConnectorDataKeys[target], "credential") {
			warn("CONNECTOR_DATA_KEYS", fmt.Sprintf("lets credential pass for %s, so whoever gets hold of somebody's ID token there "+
				"can link that account", target), "take credential out of it")
		}
	}
	if len(c.SecretKeys) == 0 {
		warn("SECRET_KEY", "is not set, so a random key is taken: what was begun before a restart has to be begun again, and a second "+
			"instance can't go on with what this one began", "set it to 32 random bytes in base64, as this prints: openssl rand -base64 32")
	}
	for _, origin := range c.CORSAllowedOrigins {
		if strings.HasPrefix(origin, "http:") && !isLoopback(origin) {
			warn("CORS_ALLOWED_ORIGINS", fmt.Sprintf("has %s, so whoever sits between that site and its visitors can take over their "+
				"accounts", origin), "serve that site by https")
		}
	}
}

// cloudDomain ends the host of every Logto Cloud tenant and, whatever the
// host, of every Management API resource indicator.
const cloudDomain = ".logto.app"

// managementAPI returns the Management API's resource indicator at endpoint.
// Logto derives it from the tenant's id, which is "default" when one hosts
// Logto oneself; behind a custom domain on Logto Cloud nothing tells the id.
func managementAPI(endpoint string) string {
	tenant := "default"
	if u, err := url.Parse(endpoint); err == nil {
		if id, ok := strings.CutSuffix(u.Hostname(), cloudDomain); ok && !strings.Contains(id, ".") {
			tenant = id
		}
	}
	return "https://" + tenant + cloudDomain + "/api"
}

// isManagementAPI reports whether resource is the Management API of this or of
// another tenant. As an audience it would admit tokens made for administration.
func isManagementAPI(resource, ours string) bool {
	resource = strings.TrimRight(resource, "/")
	if resource == "" {
		return false
	}
	u, err := url.Parse(resource)
	return resource == strings.TrimRight(ours, "/") ||
		err == nil && strings.HasSuffix(strings.ToLower(u.Hostname()), cloudDomain) && u.Path == "/api"
}
