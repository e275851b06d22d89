// Package config reads the server's settings from its environment.
//
// The settings are one table (settings.go): a row holds a variable's name, its
// default, what it means, how to mend it, and how to read it. The reference in
// README.md is tested against that table. Struct tags, and the libraries that
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
	// CORSAllowedOrigins are the web origins that may call from a browser, in
	// the form in which browsers send them. None may when it is empty.
	CORSAllowedOrigins []string
	// Playground serves the playground and answers introspection.
	Playground bool
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
	// TrustedProxies are the networks whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	// SendBudget is how many verification codes may be sent in an hour.
	SendBudget int
	// PhoneCountries are the ISO 3166 alpha-2 codes of the countries whose phone
	// numbers are taken; none means all.
	PhoneCountries []string
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
	// LogFormat is "text" or "json".
	LogFormat string
	// LogLevel is the lowest level that is logged.
	LogLevel slog.Level

	// Warnings are what works but deserves the operator's attention.
	Warnings []string
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
	if err := c.relate(isSet); err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	c.warn()
	return c, nil
}

// relate checks settings against each other and derives the one that has no
// default of its own. A setting that failed to load is empty here and passes,
// since it has been reported already; isSet tells it from one that is missing.
func (c *Config) relate(isSet func(string) bool) error {
	var problems []error
	if strings.HasPrefix(c.LogtoEndpoint, "http:") && !isLoopback(c.LogtoEndpoint) && !c.AllowInsecureLogto {
		problems = append(problems, errors.New("LOGTO_ENDPOINT uses http: set it to an https address, "+
			"or, on a network that nobody else can read, set ALLOW_INSECURE_LOGTO=true"))
	}
	if c.LogtoManagementAPIResource == "" {
		c.LogtoManagementAPIResource = managementAPI(c.LogtoEndpoint)
	}
	if isManagementAPI(c.AccountAPIResource, c.LogtoManagementAPIResource) {
		problems = append(problems, errors.New("ACCOUNT_API_RESOURCE is the Management API's own: create an API "+
			"resource for this server in Logto and set it to that one's identifier, e.g. https://account.example.com"))
	}
	if c.RedisURL != "" && !isSet("SECRET_KEY") {
		problems = append(problems, errors.New("SECRET_KEY is not set, though REDIS_URL is: set it to the same key on every "+
			"instance, 32 random bytes in base64, as this prints: openssl rand -base64 32"))
	}
	if c.EventsWebhookURL != "" && !isSet("EVENTS_WEBHOOK_SECRET") {
		problems = append(problems, errors.New("EVENTS_WEBHOOK_SECRET is not set, though EVENTS_WEBHOOK_URL is: set it to at least "+
			"32 random bytes in base64, as this prints: openssl rand -base64 32"))
	}
	return errors.Join(problems...)
}

// warn collects what is allowed but dangerous.
func (c *Config) warn() {
	if strings.HasPrefix(c.LogtoEndpoint, "http:") && !isLoopback(c.LogtoEndpoint) {
		c.Warnings = append(c.Warnings, "LOGTO_ENDPOINT uses http: whoever can read the network between here and "+
			"Logto gets a credential that can change every account")
	}
	if c.AllowsAnyClient() {
		c.Warnings = append(c.Warnings, "ALLOWED_CLIENT_IDS is *: users' tokens of every application are accepted, "+
			"those got by token exchange included")
	}
	if isEverything(c.CustomDataWritable) {
		c.Warnings = append(c.Warnings, "CUSTOM_DATA_WRITABLE is *: users can change all of their custom data, "+
			"roles and plans kept there included")
	}
	for _, target := range slices.Sorted(maps.Keys(c.ConnectorDataKeys)) {
		if slices.Contains(c.ConnectorDataKeys[target], "credential") {
			c.Warnings = append(c.Warnings, fmt.Sprintf("CONNECTOR_DATA_KEYS lets credential pass for %s: whoever gets hold of "+
				"somebody's ID token there can link that account", target))
		}
	}
	if len(c.SecretKeys) == 0 {
		c.Warnings = append(c.Warnings, "SECRET_KEY is not set: a random key is taken, so what was begun before a restart has to "+
			"be begun again, and a second instance can't go on with what this one began")
	}
	for _, origin := range c.CORSAllowedOrigins {
		if strings.HasPrefix(origin, "http:") && !isLoopback(origin) {
			c.Warnings = append(c.Warnings, fmt.Sprintf("CORS_ALLOWED_ORIGINS has %s: whoever sits between that "+
				"site and its visitors can take over their accounts", origin))
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
