package config_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/access"
	"accountql/config"
)

// minimal returns the least environment that works, with overrides.
func minimal(overrides map[string]string) func(string) string {
	env := map[string]string{
		"LOGTO_ENDPOINT":       "https://logto.example.com",
		"LOGTO_APP_ID":         "machine",
		"LOGTO_APP_SECRET":     "planted-app-secret",
		"ACCOUNT_API_RESOURCE": "https://account.example.com",
		"ALLOWED_CLIENT_IDS":   "web",
	}
	maps.Copy(env, overrides)
	return func(name string) string { return env[name] }
}

// key returns the base64 of a SECRET_KEY with 32 bytes b.
func key(b byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func TestFromEnvDefaults(t *testing.T) {
	t.Parallel()
	got, err := config.FromEnv(minimal(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		LogtoEndpoint:              "https://logto.example.com",
		LogtoAppID:                 "machine",
		LogtoAppSecret:             "planted-app-secret",
		LogtoMaxConcurrency:        128,
		LogtoManagementAPIResource: "https://default.logto.app/api",
		AccountAPIResource:         "https://account.example.com",
		AllowedClientIDs:           []string{"web"},
		Addr:                       "127.0.0.1:8080",
		ShutdownGrace:              5 * time.Second,
		CustomDataReadable:         []string{"*"},
		LogFormat:                  "text",
		LogLevel:                   slog.LevelInfo,
		Tracing:                    config.Tracing{Exporter: "none", Protocol: "http/protobuf", Sampler: "parentbased_always_on", SamplerArg: 1},
		MaxForgedTokens:            20,
		SendBudget:                 1000,
		Limits: config.Limits{
			BodyBytes: 128 << 10, Tokens: 1500, Depth: 20, Aliases: 50, Directives: 50, RootFields: 50, Complexity: 15_000, Errors: 20,
			OperationTime: 30 * time.Second,
		},
		PATMaxLifetime: 365 * 24 * time.Hour,
		PATMaxCount:    20,
		Warnings: []config.Problem{
			{"SECRET_KEY", "is not set, so a random key is taken: what was begun before a restart has to be begun again, and a second instance can't go on with what this one began", "set it to 32 random bytes in base64, as this prints: openssl rand -base64 32"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.AllowsAnyClient() {
		t.Error("any client is allowed")
	}
}

func TestFromEnvEverySetting(t *testing.T) {
	t.Parallel()
	got, err := config.FromEnv(minimal(map[string]string{
		"LOGTO_ENDPOINT":                " HTTP://Logto.Internal:80/ ",
		"LOGTO_MANAGEMENT_API_RESOURCE": "https://t1.logto.app/api",
		"LOGTO_MAX_CONCURRENCY":         "32",
		"LOGTO_ISSUER":                  "https://Logto.example.com/oidc",
		"ALLOW_INSECURE_LOGTO":          "true",
		"ALLOWED_CLIENT_IDS":            "*",
		"ADDR":                          ":0",
		"SHUTDOWN_GRACE":                "1m30s",
		"CORS_ALLOWED_ORIGINS":          "https://App.example.com:443/, http://localhost:3000,capacitor://localhost,http://intranet.example:8080,",
		"PLAYGROUND":                    "1",
		"ACCOUNT_PAGE_APP_ID":           "page",
		"CUSTOM_DATA_READABLE":          "none",
		"CUSTOM_DATA_WRITABLE":          "*",
		"FIELD_ACCESS":                  "logto, email = edit,",
		"REDIRECT_URIS":                 "https://app.example.com/cb?x=1,com.example.app:/cb,http://[::1]:3000/cb",
		"PAT_MAX_LIFETIME":              "90d",
		"PAT_MAX_COUNT":                 "3",
		"TOTP_ISSUER":                   "Bäckerei 24",
		"SELF_SUSPENSION":               "true",
		"CONNECTOR_DATA_KEYS":           "google: prompt, credential ;acme-crm.v2:lang",
		"SECRET_KEY":                    key(1) + "," + key(2),
		"REDIS_URL":                     "rediss://user:p%40ss@redis.example.com:6379/2",
		"REDIS_REQUIRED":                "true",
		"TRUSTED_PROXIES":               "10.1.2.3/8, 192.0.2.1,2001:db8::1",
		"MAX_FORGED_TOKENS":             "26",
		"SEND_BUDGET":                   "25",
		"PHONE_COUNTRIES":               "us,DE",
		"EVENTS_WEBHOOK_URL":            "https://hooks.example.com/x?token=y",
		"EVENTS_WEBHOOK_SECRET":         "whsec_" + key(3),
		"MAX_BODY_BYTES":                "1",
		"MAX_DOCUMENT_TOKENS":           "2",
		"MAX_DEPTH":                     "3",
		"MAX_ALIASES":                   "4",
		"MAX_DIRECTIVES":                "5",
		"MAX_ROOT_FIELDS":               "6",
		"MAX_COMPLEXITY":                "7",
		"MAX_ERRORS":                    "8",
		"OPERATION_TIMEOUT":             "9s",
		"PERSISTED_OPERATIONS":          "web.json, ios.json,only",
		"LOG_FORMAT":                    "json",
		"LOG_LEVEL":                     "debug",
		"METRICS_ADDR":                  ":9090",
		"OTEL_TRACES_EXPORTER":          "console",
		"OTEL_EXPORTER_OTLP_ENDPOINT":   "http://collector:4317",
		"OTEL_EXPORTER_OTLP_PROTOCOL":   "grpc",
		"OTEL_TRACES_SAMPLER":           "traceidratio",
		"OTEL_TRACES_SAMPLER_ARG":       "0.25",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		LogtoEndpoint:              "http://logto.internal",
		LogtoAppID:                 "machine",
		LogtoAppSecret:             "planted-app-secret",
		LogtoMaxConcurrency:        32,
		LogtoManagementAPIResource: "https://t1.logto.app/api",
		LogtoIssuer:                "https://Logto.example.com/oidc",
		AllowInsecureLogto:         true,
		AccountAPIResource:         "https://account.example.com",
		AllowedClientIDs:           []string{"*"},
		Addr:                       ":0",
		ShutdownGrace:              90 * time.Second,
		CORSAllowedOrigins:         []string{"https://app.example.com", "http://localhost:3000", "capacitor://localhost", "http://intranet.example:8080"},
		Playground:                 true,
		AccountPageAppID:           "page",
		CustomDataWritable:         []string{"*"},
		FieldAccess:                access.Policy{FollowTenant: true, Fields: map[access.Field]access.Access{access.Email: access.Edit}},
		RedirectURIs:               []string{"https://app.example.com/cb?x=1", "com.example.app:/cb", "http://[::1]:3000/cb"},
		PATMaxLifetime:             90 * 24 * time.Hour,
		PATMaxCount:                3,
		TotpIssuer:                 "Bäckerei 24",
		SelfSuspension:             true,
		ConnectorDataKeys:          map[string][]string{"google": {"prompt", "credential"}, "acme-crm.v2": {"lang"}},
		SecretKeys:                 []config.Secret{config.Secret(strings.Repeat("\x01", 32)), config.Secret(strings.Repeat("\x02", 32))},
		RedisURL:                   "rediss://user:p%40ss@redis.example.com:6379/2",
		RedisRequired:              true,
		TrustedProxies:             []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::1/128")},
		MaxForgedTokens:            26,
		SendBudget:                 25,
		PhoneCountries:             []string{"US", "DE"},
		EventsWebhookURL:           "https://hooks.example.com/x?token=y",
		EventsWebhookSecret:        config.Secret(strings.Repeat("\x03", 32)),
		Limits: config.Limits{
			BodyBytes: 1, Tokens: 2, Depth: 3, Aliases: 4, Directives: 5, RootFields: 6, Complexity: 7, Errors: 8,
			OperationTime: 9 * time.Second,
		},
		PersistedOperations: config.PersistedOperations{Files: []string{"web.json", "ios.json"}, Only: true},
		LogFormat:           "json",
		LogLevel:            slog.LevelDebug,
		MetricsAddr:         ":9090",
		Tracing:             config.Tracing{Exporter: "console", Protocol: "grpc", Sampler: "traceidratio", SamplerArg: .25},
		Warnings: []config.Problem{
			{"LOGTO_ENDPOINT", "uses http, so whoever can read the network between here and Logto gets a credential that can change every account", "set it to an https address"},
			{"ALLOWED_CLIENT_IDS", "is *, so users' tokens of every application are accepted, those got by token exchange included", "list the app IDs of your own applications"},
			{"CUSTOM_DATA_WRITABLE", "is *, so users can change all of their custom data, roles and plans kept there included", "list the keys that are the users' own"},
			{"CONNECTOR_DATA_KEYS", "lets credential pass for google, so whoever gets hold of somebody's ID token there can link that account", "take credential out of it"},
			{"CORS_ALLOWED_ORIGINS", "has http://intranet.example:8080, so whoever sits between that site and its visitors can take over their accounts", "serve that site by https"},
		},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !got.AllowsAnyClient() {
		t.Error("* doesn't allow any client")
	}
}

// TestFromEnvReportsEverything sets nothing and then everything wrong, and
// wants each problem named in one error, in the order of the reference.
func TestFromEnvReportsEverything(t *testing.T) {
	t.Parallel()
	_, err := config.FromEnv(func(string) string { return "" })
	want := `LOGTO_ENDPOINT is not set: set it to your Logto's address, e.g. https://logto.example.com
LOGTO_APP_ID is not set: set it to the app ID of a machine-to-machine application, as Logto's console shows it
LOGTO_APP_SECRET is not set: set it to the machine-to-machine application's secret, as Logto's console shows it
ACCOUNT_API_RESOURCE is not set: set it to the identifier of the API resource that you created for this server in Logto, e.g. https://account.example.com
ALLOWED_CLIENT_IDS is not set: set it to the app IDs of your own applications, separated by commas, or to * alone to allow all`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("nothing set (-want +got)\n%s", diff)
	}

	_, err = config.FromEnv(func(string) string { return `"planted value"` })
	var got []string
	for line := range strings.Lines(fmt.Sprint(err)) {
		name, _, _ := strings.Cut(line, " begins with a quotation mark, which is taken literally here: set it to ")
		got = append(got, name)
	}
	var names []string
	for _, s := range config.Reference() {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Errorf("everything in quotation marks (-want +got)\n%s", diff)
	}
}

func TestFromEnvProblems(t *testing.T) {
	t.Parallel()
	tests := []struct{ setting, value, want string }{
		{"LOGTO_ENDPOINT", "logto.example.com", "is not an absolute URL"},
		{"LOGTO_ENDPOINT", "localhost:3001", "is not an absolute URL"},
		{"LOGTO_ENDPOINT", "https://", "is not an absolute URL"},
		{"LOGTO_ENDPOINT", "https://planted:p/lanted@logto.example.com", "is not an absolute URL"},
		{"LOGTO_ENDPOINT", "https://planted@logto.example.com", "holds a user name or password"},
		{"LOGTO_ENDPOINT", "https://logto.example.com?", "has a query"},
		{"LOGTO_ENDPOINT", "https://logto.example.com#", "has a fragment"},
		{"LOGTO_ENDPOINT", "https://logto.example.com:70000", "has no port from 0 to 65535"},
		{"LOGTO_ENDPOINT", "https://lögto.example.com", "has a host that isn't in its ASCII form, xn--…"},
		{"LOGTO_ENDPOINT", "ftp://logto.example.com", "is neither https nor http"},
		{"LOGTO_ENDPOINT", "https://logto.example.com/oidc/", "is the address of something that Logto serves, not of Logto"},
		{"LOGTO_ENDPOINT", "https://logto.example.com/oidc/.well-known/openid-configuration", "is the address of something that Logto serves, not of Logto"},
		{"LOGTO_ENDPOINT", "http://logto.example.com", "uses http"},
		{"LOGTO_ENDPOINT", "http://127.0.0.1.example.com", "uses http"},
		{"LOGTO_APP_ID", "an id", "has a space or another character that no credential of Logto has"},
		{"LOGTO_APP_SECRET", "planted secret", "has a space or another character that no credential of Logto has"},
		{"LOGTO_MANAGEMENT_API_RESOURCE", "default.logto.app/api", "is not an absolute URI without a fragment"},
		{"LOGTO_MAX_CONCURRENCY", "0", "is not a number from 1 to 1000"},
		{"MAX_DEPTH", "0", "is not a number from 1 to 500"},
		{"OPERATION_TIMEOUT", "30", "is not a length of time from 1s to 5m"},
		{"LOGTO_ISSUER", "logto.example.com/oidc", "is not an absolute URL"},
		{"LOGTO_ISSUER", "https://logto.example.com/oidc?x", "is not an http(s) URL without a query"},
		{"ALLOW_INSECURE_LOGTO", "yes", `is "yes"`},
		{"ACCOUNT_API_RESOURCE", "account", "is not an absolute URI without a fragment"},
		{"ACCOUNT_API_RESOURCE", "https://default.logto.app/api", "is the Management API's own"},
		{"ACCOUNT_API_RESOURCE", "https://tenant.logto.app/api/", "is the Management API's own"},
		{"ALLOWED_CLIENT_IDS", "web,*", "lists * beside others"},
		{"ALLOWED_CLIENT_IDS", ",", "lists nothing"},
		{"ALLOWED_CLIENT_IDS", "web mobile", "entry 1 has a space or another character that no credential of Logto has"},
		{"ADDR", "8080", "is not HOST:PORT"},
		{"ADDR", "http://127.0.0.1:8080", "is not HOST:PORT"},
		{"ADDR", ":http", "has no port from 0 to 65535"},
		{"ADDR", ":65536", "has no port from 0 to 65535"},
		{"SHUTDOWN_GRACE", "5", "is not a length of time from 0s to 5m"},
		{"SHUTDOWN_GRACE", "-1s", "is not a length of time from 0s to 5m"},
		{"SHUTDOWN_GRACE", "301s", "is not a length of time from 0s to 5m"},
		{"CORS_ALLOWED_ORIGINS", "*", "entry 1 is not an absolute URL"},
		{"CORS_ALLOWED_ORIGINS", "null", "entry 1 is not an absolute URL"},
		{"CORS_ALLOWED_ORIGINS", "https://a.example,https://*.example.com", "entry 2 has a wildcard, and only exact hosts are known here"},
		{"CORS_ALLOWED_ORIGINS", "https://a.example/app", "entry 1 is more than scheme://host[:port]"},
		{"CORS_ALLOWED_ORIGINS", "https://a.example?", "entry 1 is more than scheme://host[:port]"},
		{"PLAYGROUND", "on", `is "on"`},
		{"ACCOUNT_PAGE_APP_ID", "an id", "has a space or another character that no credential of Logto has"},
		{"ACCOUNT_PAGE_APP_ID", "page", "is not among ALLOWED_CLIENT_IDS, so the page's own requests would be refused"},
		{"CUSTOM_DATA_READABLE", "*,theme", "lists * or none beside others"},
		{"CUSTOM_DATA_WRITABLE", "none,theme", "lists * or none beside others"},
		{"FIELD_ACCESS", "email=readOnly,planted=off", "entry 2 names no part of an account"},
		{"FIELD_ACCESS", ",", "lists nothing"},
		{"REDIRECT_URIS", "/callback", "entry 1 is not an absolute URI without spaces, wildcards and fragment"},
		{"REDIRECT_URIS", "https://app.example.com/*", "entry 1 is not an absolute URI without spaces, wildcards and fragment"},
		{"REDIRECT_URIS", "https:app.example.com", "entry 1 is not an absolute URL"},
		{"REDIRECT_URIS", "http://app.example.com/callback", "entry 1 uses http and isn't on loopback"},
		{"REDIRECT_URIS", "com.example.app://cb,JavaScript://x/%0aalert(1)", "entry 2 has the scheme javascript, which is no app's"},
		{"REDIRECT_URIS", "data:text/html,hello", "entry 1 has the scheme data, which is no app's"},
		{"CONNECTOR_DATA_KEYS", "planted", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "planted:", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", ":planted", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "google:prompt;", "entry 2 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "google:prompt,", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "google:prompt,line:planted", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "google:prompt planted", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "google:__proto__", "entry 1 is not target:key,key"},
		{"CONNECTOR_DATA_KEYS", "google:prompt;google:planted", "entry 2 has the target of another one"},
		{"CONNECTOR_DATA_KEYS", "google:prompt;line:lang,redirectUri", "entry 2 lists redirectUri, which only this server sets"},
		{"PAT_MAX_LIFETIME", "1y", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "365", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "0", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "0d", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "-1d", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "1.5d", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "59s", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "36501d", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "213503d", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "99999999999999999999d", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_LIFETIME", "876001h", "is not a length of time from 1m to 36500d"},
		{"PAT_MAX_COUNT", "0", "is not a number from 1 to 1000"},
		{"PAT_MAX_COUNT", "1001", "is not a number from 1 to 1000"},
		{"TOTP_ISSUER", "Acme: planted", "has a colon or a character that can't be shown"},
		{"TOTP_ISSUER", "Acme\nplanted", "has a colon or a character that can't be shown"},
		{"TOTP_ISSUER", strings.Repeat("ä", 49), "has more than 48 characters"},
		{"SELF_SUSPENSION", "self", `is "self"`},
		{"SECRET_KEY", "planted", "entry 1 is not base64"},
		{"SECRET_KEY", key(1) + ",cGxhbnRlZA==", "entry 2 has 7 bytes rather than 32"},
		{"REDIS_URL", "https://planted@redis.example.com", "is not an address that begins with redis:// or rediss://"},
		{"REDIS_URL", "planted.example.com:6379", "is not an address that begins with redis:// or rediss://"},
		{"REDIS_URL", "redis:///planted", "is not an address that begins with redis:// or rediss://"},
		{"REDIS_URL", "redis://:p/lanted@redis.example.com", "is not an address that begins with redis:// or rediss://"},
		{"REDIS_URL", "redis://redis.example.com/planted", "has a path that is no database's number"},
		{"TRUSTED_PROXIES", "10.0.0.0/8,proxy.example.com", "entry 2 is neither an IP address nor a network such as 10.0.0.0/8"},
		{"TRUSTED_PROXIES", "10.0.0.1:80", "entry 1 is neither an IP address nor a network such as 10.0.0.0/8"},
		{"TRUSTED_PROXIES", "fe80::1%eth0", "entry 1 is neither an IP address nor a network such as 10.0.0.0/8"},
		{"TRUSTED_PROXIES", "::ffff:10.0.0.1", "entry 1 is an IPv4 address written as IPv6"},
		{"TRUSTED_PROXIES", "::ffff:10.0.0.0/104", "entry 1 is an IPv4 address written as IPv6"},
		{"TRUSTED_PROXIES", "0.0.0.0/0", "entry 1 trusts everybody, who could then claim any address"},
		{"TRUSTED_PROXIES", "::/0", "entry 1 trusts everybody, who could then claim any address"},
		{"SEND_BUDGET", "0", "is not a number from 1 to 1000000"},
		{"SEND_BUDGET", "-1", "is not a number from 1 to 1000000"},
		{"SEND_BUDGET", "1e3", "is not a number from 1 to 1000000"},
		{"SEND_BUDGET", "1000001", "is not a number from 1 to 1000000"},
		{"PHONE_COUNTRIES", "US,UK", "entry 2 is no country with phone numbers"},
		{"PHONE_COUNTRIES", "001", "entry 1 is no country with phone numbers"},
		{"EVENTS_WEBHOOK_URL", "http://hooks.example.com/planted", "uses no https and isn't on loopback"},
		{"EVENTS_WEBHOOK_URL", "ftp://127.0.0.1/planted", "uses no https and isn't on loopback"},
		{"EVENTS_WEBHOOK_URL", "https://planted@hooks.example.com", "holds a user name or password"},
		{"EVENTS_WEBHOOK_URL", "hooks.example.com/planted", "is not an absolute URL"},
		{"EVENTS_WEBHOOK_SECRET", "planted secret", "is not base64"},
		{"EVENTS_WEBHOOK_SECRET", "cGxhbnRlZA==", "has 7 bytes rather than 32 to 64"},
		{"PERSISTED_OPERATIONS", ",", "lists nothing"},
		{"PERSISTED_OPERATIONS", "only", "names no file"},
		{"PERSISTED_OPERATIONS", "planted.json,only,more.json", "has only before its end"},
		{"LOG_FORMAT", "xml", `is "xml"`},
		{"LOG_LEVEL", "trace", `is "trace"`},
		{"METRICS_ADDR", "9090", "is not HOST:PORT"},
		{"METRICS_ADDR", "127.0.0.1:8080", "has the port of ADDR"},
		{"METRICS_ADDR", ":8080", "has the port of ADDR"},
		{"METRICS_ADDR", "[::]:8080", "has the port of ADDR"},
		{"OTEL_TRACES_EXPORTER", "zipkin", `is "zipkin"`},
		{"OTEL_TRACES_EXPORTER", "otlp,console", `is "otlp,console"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "is not an absolute URL"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://planted@collector.example.com", "holds a user name or password"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "unix://collector/planted", "is neither https nor http"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "Bearer planted", "entry 1 is not name=value with the value in percent-encoding"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=b, authorization=planted%ag", "entry 2 is not name=value with the value in percent-encoding"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "planted key=x", "entry 1 is not name=value with the value in percent-encoding"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "=planted", "entry 1 is not name=value with the value in percent-encoding"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http", `is "http"`},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http", `is "http"`},
		{"OTEL_TRACES_SAMPLER", "jaeger_remote", `is "jaeger_remote"`},
		{"OTEL_TRACES_SAMPLER_ARG", "10%", "is not a number from 0 to 1"},
		{"OTEL_TRACES_SAMPLER_ARG", "-0.1", "is not a number from 0 to 1"},
		{"OTEL_TRACES_SAMPLER_ARG", "NaN", "is not a number from 0 to 1"},
		{"OTEL_SDK_DISABLED", "yes", `is "yes"`},
	}
	for _, test := range tests {
		t.Run(test.setting+"="+test.value, func(t *testing.T) {
			t.Parallel()
			_, err := config.FromEnv(minimal(map[string]string{test.setting: test.value}))
			what, mend, _ := strings.Cut(fmt.Sprint(err), ": ")
			if what != test.setting+" "+test.want {
				t.Errorf("error %v, want %s %s", err, test.setting, test.want)
			}
			if mend == "" || strings.Contains(mend, "\n") {
				t.Errorf("error %q, want one problem with its mend", err)
			}
			if strings.Contains(err.Error(), "planted") {
				t.Errorf("error %q shows what was set", err)
			}
		})
	}
}

// TestFromEnvTogether sets what takes another setting, without it and with one
// that is wrong, which is reported once.
func TestFromEnvTogether(t *testing.T) {
	t.Parallel()
	tests := []struct{ setting, value, other, want, wrong string }{
		{
			"REDIS_URL", "redis://localhost:6379", "SECRET_KEY",
			"SECRET_KEY is not set, though REDIS_URL is", "SECRET_KEY entry 1 is not base64",
		},
		{
			"EVENTS_WEBHOOK_URL", "http://localhost:9000/events", "EVENTS_WEBHOOK_SECRET",
			"EVENTS_WEBHOOK_SECRET is not set, though EVENTS_WEBHOOK_URL is", "EVENTS_WEBHOOK_SECRET is not base64",
		},
	}
	for _, test := range tests {
		t.Run(test.setting, func(t *testing.T) {
			t.Parallel()
			for value, want := range map[string]string{" ": test.want, "planted": test.wrong} {
				_, err := config.FromEnv(minimal(map[string]string{test.setting: test.value, test.other: value}))
				what, mend, _ := strings.Cut(fmt.Sprint(err), ": ")
				if what != want || mend == "" || strings.Contains(mend, "\n") {
					t.Errorf("%s=%q: error %v, want %s", test.other, value, err, want)
				}
			}
			if _, err := config.FromEnv(minimal(map[string]string{test.setting: test.value, test.other: key(1)})); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFromEnvRequiresRedis where it is told to, and asks nobody else for it.
func TestFromEnvRequiresRedis(t *testing.T) {
	t.Parallel()
	for required, want := range map[string]string{
		"true": "REDIS_URL is not set, though REDIS_REQUIRED is true: set it to the Redis that all instances share, or, for a single " +
			"instance, take REDIS_REQUIRED away",
		"false": "<nil>",
	} {
		if _, err := config.FromEnv(minimal(map[string]string{"REDIS_REQUIRED": required, "REDIS_URL": " "})); fmt.Sprint(err) != want {
			t.Errorf("REDIS_REQUIRED=%s: %v", required, err)
		}
	}
	if _, err := config.FromEnv(minimal(map[string]string{
		"REDIS_REQUIRED": "true", "REDIS_URL": "redis://localhost:6379", "SECRET_KEY": key(1),
	})); err != nil {
		t.Error(err)
	}
}

// TestFromEnvAddresses that can be listened on side by side.
func TestFromEnvAddresses(t *testing.T) {
	t.Parallel()
	for addr, metrics := range map[string]string{
		"127.0.0.1:8080": "127.0.0.2:8080", ":8080": ":9090", "127.0.0.1:0": "127.0.0.1:0", "[::]:8080": "",
	} {
		if _, err := config.FromEnv(minimal(map[string]string{"ADDR": addr, "METRICS_ADDR": metrics})); err != nil {
			t.Errorf("%s and %s: %v", addr, metrics, err)
		}
	}
}

func TestFromEnvLogto(t *testing.T) {
	t.Parallel()
	tests := []struct{ value, endpoint, resource string }{
		{"https://T1.logto.app", "https://t1.logto.app", "https://t1.logto.app/api"},
		{"https://t1.logto.app.example.com", "https://t1.logto.app.example.com", "https://default.logto.app/api"},
		{"https://logto.app", "https://logto.app", "https://default.logto.app/api"},
		{"https://example.com:8443/sign%20in//", "https://example.com:8443/sign%20in", "https://default.logto.app/api"},
		{"http://localhost:3001/", "http://localhost:3001", "https://default.logto.app/api"},
		{"http://127.8.0.1:3001", "http://127.8.0.1:3001", "https://default.logto.app/api"},
		{"http://[::1]:3001", "http://[::1]:3001", "https://default.logto.app/api"},
	}
	for _, test := range tests {
		t.Run(test.value, func(t *testing.T) {
			t.Parallel()
			got, err := config.FromEnv(minimal(map[string]string{"LOGTO_ENDPOINT": test.value, "SECRET_KEY": key(1)}))
			if err != nil {
				t.Fatal(err)
			}
			if got.LogtoEndpoint != test.endpoint || got.LogtoManagementAPIResource != test.resource {
				t.Errorf("endpoint %s and resource %s, want %s and %s",
					got.LogtoEndpoint, got.LogtoManagementAPIResource, test.endpoint, test.resource)
			}
			if len(got.Warnings) > 0 {
				t.Errorf("warnings %q", got.Warnings)
			}
		})
	}
}

// TestSecretsStaySecret prints and logs a configuration in every way that is
// likely to happen.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	c, err := config.FromEnv(minimal(map[string]string{
		"SECRET_KEY": key('k'), "EVENTS_WEBHOOK_SECRET": key('e'),
		"REDIS_URL": "redis://:planted-redis@localhost", "EVENTS_WEBHOOK_URL": "https://hooks.example.com/planted-path",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", c.LogtoAppSecret)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("starting", "config", c, "secret", c.LogtoAppSecret, "keys", c.SecretKeys)
	}
	if err := json.NewEncoder(&out).Encode(c); err != nil {
		t.Fatal(err)
	}

	secrets := []string{
		c.LogtoAppSecret.Reveal(), c.SecretKeys[0].Reveal(),
		c.RedisURL.Reveal(), c.EventsWebhookURL.Reveal(), c.EventsWebhookSecret.Reveal(),
	}
	for _, secret := range slices.Clone(secrets) {
		secrets = append(secrets, fmt.Sprintf("%x", secret), base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	for _, secret := range secrets {
		if strings.Contains(out.String(), secret) {
			t.Errorf("output shows %q:\n%s", secret, out.String())
		}
	}
	if !strings.Contains(out.String(), "[redacted]") {
		t.Errorf("output doesn't show the configuration:\n%s", out.String())
	}
}
