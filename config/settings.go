package config

import (
	"errors"
	"slices"
	"strings"
)

// A Setting documents one environment variable.
type Setting struct {
	Name        string
	Required    bool
	Default     string // the value taken when the variable is not set; "" is none
	Description string // sentences in Markdown, without line breaks
}

// Reference returns all settings, in the order in which to read about them.
func Reference() []Setting {
	var reference []Setting
	for _, s := range new(Config).settings() {
		reference = append(reference, s.Setting)
	}
	return reference
}

// A setting is a Setting with what is needed to read it.
type setting struct {
	Setting
	mend string             // what to set instead, with an example
	read func(string) error // parses a value into its field
}

// load reads the setting, or its default, by way of getenv.
func (s setting) load(getenv func(string) string) error {
	value := strings.TrimSpace(getenv(s.Name))
	if value == "" {
		value = s.Default
	}
	var err error
	switch {
	case value != "":
		err = s.readUnquoted(value)
	case s.Required:
		err = errors.New("is not set")
	}
	if err != nil {
		return Problem{Setting: s.Name, What: err.Error(), Mend: s.mend}
	}
	return nil
}

// readUnquoted refuses a value that still has the quotation marks of a shell,
// as values from the env files of container platforms do.
func (s setting) readUnquoted(value string) error {
	if strings.ContainsAny(value[:1], `"'`) {
		return errors.New("begins with a quotation mark, which is taken literally here")
	}
	return s.read(value)
}

// into stores in field what parse makes of a value. The errors of parse
// continue a sentence that begins with the setting's name, and quote nothing
// that could be a secret or hold one.
func into[T any](field *T, parse func(string) (T, error)) func(string) error {
	return func(value string) (err error) {
		*field, err = parse(value)
		return err
	}
}

// settings is the one table of all settings, bound to c's fields.
func (c *Config) settings() []setting {
	return slices.Concat(c.serviceSettings(), c.accountSettings(), c.protectionSettings(), c.limitSettings(), c.persistedSettings(), c.logSettings(), c.telemetrySettings())
}

// serviceSettings are about Logto, the callers and what they get.
func (c *Config) serviceSettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "LOGTO_ENDPOINT", Required: true,
				Description: "Address of your Logto, `https://logto.example.com` or `https://{tenant}.logto.app`. " +
					"`https`, except on loopback or with `ALLOW_INSECURE_LOGTO`.",
			},
			mend: "set it to your Logto's address, e.g. https://logto.example.com",
			read: into(&c.LogtoEndpoint, endpoint),
		},
		{
			Setting: Setting{
				Name: "LOGTO_APP_ID", Required: true,
				Description: "Id of a machine-to-machine application in Logto that has a role with the Management API's scope `all`.",
			},
			mend: "set it to the app ID of a machine-to-machine application, as Logto's console shows it",
			read: into(&c.LogtoAppID, word[string]),
		},
		{
			Setting: Setting{
				Name: "LOGTO_APP_SECRET", Required: true,
				Description: "That application's secret.",
			},
			mend: "set it to the machine-to-machine application's secret, as Logto's console shows it",
			read: into(&c.LogtoAppSecret, word[Secret]),
		},
		{
			Setting: Setting{
				Name: "LOGTO_MANAGEMENT_API_RESOURCE",
				Description: "The Management API's resource indicator. When not set: `https://{tenant}.logto.app/api` if the host of " +
					"`LOGTO_ENDPOINT` is `{tenant}.logto.app`, else `https://default.logto.app/api`, which is right for every Logto " +
					"that you host. Behind a custom domain on Logto Cloud the tenant can't be told: set it.",
			},
			mend: "set it to the Management API's identifier, e.g. https://default.logto.app/api",
			read: into(&c.LogtoManagementAPIResource, resource),
		},
		{
			Setting: Setting{
				Name:        "LOGTO_ISSUER",
				Description: "Pins the issuer of users' tokens, exactly as they name it. When not set, Logto's discovery document tells it.",
			},
			mend: "set it to the iss of your users' tokens, e.g. https://logto.example.com/oidc",
			read: into(&c.LogtoIssuer, issuer),
		},
		{
			Setting: Setting{
				Name: "LOGTO_MAX_CONCURRENCY", Default: "128",
				Description: "How many calls of the Management API this server makes at a time at most, from 1 to 1000. " +
					"Below that it finds out by itself how many your Logto bears.",
			},
			mend: "set it to a number of calls, e.g. 128",
			read: into(&c.LogtoMaxConcurrency, upTo(1000)),
		},
		{
			Setting: Setting{
				Name: "ALLOW_INSECURE_LOGTO", Default: "false",
				Description: "`true` allows a `LOGTO_ENDPOINT` with `http` that isn't on loopback, such as one in a private container network.",
			},
			mend: "set it to true or false",
			read: into(&c.AllowInsecureLogto, boolean),
		},
		{
			Setting: Setting{
				Name: "ACCOUNT_API_RESOURCE", Required: true,
				Description: "Identifier of the API resource that stands for this server in Logto. Your apps ask for tokens with it, " +
					"and it must be their audience. Not the Management API's.",
			},
			mend: "set it to the identifier of the API resource that you created for this server in Logto, e.g. https://account.example.com",
			read: into(&c.AccountAPIResource, resource),
		},
		{
			Setting: Setting{
				Name: "ALLOWED_CLIENT_IDS", Required: true,
				Description: "App IDs of the applications whose users may call, separated by commas. Leave out applications that do " +
					"token exchange. `*`, alone, allows all.",
			},
			mend: "set it to the app IDs of your own applications, separated by commas, or to * alone to allow all",
			read: into(&c.AllowedClientIDs, clientIDs),
		},
		{
			Setting: Setting{
				Name: "ADDR", Default: "127.0.0.1:8080",
				Description: "Where to listen, `HOST:PORT`. Loopback by default, because TLS is a proxy's task; in a container use `:8080`. " +
					"Port 0 takes a free one.",
			},
			mend: "set it to HOST:PORT, e.g. 127.0.0.1:8080, or :8080 for every network interface",
			read: into(&c.Addr, hostPort),
		},
		{
			Setting: Setting{
				Name: "SHUTDOWN_GRACE", Default: "5s",
				Description: "How long after SIGTERM requests are still taken, while `/readyz` answers 503 so that load balancers send no more: " +
					"`0s` to `5m`. Then the port closes, and requests under way have the operation timeout and five seconds more to end. A second signal ends the process at once.",
			},
			mend: "set it to a length of time from 0s to 5m, e.g. 10s: somewhat longer than your load balancer takes to notice",
			read: into(&c.ShutdownGrace, grace),
		},
		{
			Setting: Setting{
				Name: "CORS_ALLOWED_ORIGINS",
				Description: "Origins of the web pages that may call, `https://app.example.com`, separated by commas. There are no " +
					"wildcards. When not set, only pages of this server's own origin and native apps can call.",
			},
			mend: "set it to exact origins, separated by commas, e.g. https://app.example.com,http://localhost:3000",
			read: into(&c.CORSAllowedOrigins, each(origin)),
		},
		{
			Setting: Setting{
				Name: "PLAYGROUND", Default: "false",
				Description: "`true` serves the playground at `/` and answers introspection.",
			},
			mend: "set it to true or false",
			read: into(&c.Playground, boolean),
		},
		{
			Setting: Setting{
				Name: "ACCOUNT_PAGE_APP_ID",
				Description: "App ID of a single-page application in Logto, one of `ALLOWED_CLIENT_IDS`. When set, the reference account page is " +
					"served at `/account`, and signs people in as that application. In Logto it needs the redirect URI " +
					"`https://{this server}/account/callback` and the post sign-out redirect URI `https://{this server}/account/`; for linking social " +
					"accounts, add `https://{this server}/account/link` to `REDIRECT_URIS`.",
			},
			mend: "set it to the app ID of a single-page application, as Logto's console shows it",
			read: into(&c.AccountPageAppID, word[string]),
		},
		{
			Setting: Setting{
				Name: "CUSTOM_DATA_READABLE", Default: "*",
				Description: "Top-level keys of the custom data that users may read, separated by commas. `*` is all, `none` is none.",
			},
			mend: "set it to top-level keys, separated by commas, or to * or none alone",
			read: into(&c.CustomDataReadable, keys),
		},
		{
			Setting: Setting{
				Name: "CUSTOM_DATA_WRITABLE", Default: "none",
				Description: "Top-level keys of the custom data that users may write, separated by commas. `*` is all: mind that roles and " +
					"plans often live there.",
			},
			mend: "set it to top-level keys, separated by commas, or to * or none alone",
			read: into(&c.CustomDataWritable, keys),
		},
		{
			Setting: Setting{
				Name: "FIELD_ACCESS",
				Description: "What users may do with the parts of their accounts, separated by commas: `email=readOnly,social=off`. Parts: " +
					"`name`, `avatar`, `profile`, `username`, `email`, `phone`, `password`, `customData`, `social`, `mfa`, " +
					"`personalAccessToken`, `session` (applications too), `account` (suspending and deleting it). `off` hides, `readOnly` " +
					"shows, `edit`, the default, also lets change. With `logto`, the account center's settings in Logto are the default: " +
					"`logto,email=edit`; when it is disabled everything is `off` but `personalAccessToken` and `account`, which it doesn't know.",
			},
			mend: "set it to parts of the account with off, readOnly or edit, separated by commas, e.g. email=readOnly,social=off, or to " +
				"logto for the account center's settings",
			read: into(&c.FieldAccess, fieldAccess),
		},
		{
			Setting: Setting{
				Name: "REDIRECT_URIS",
				Description: "Where social providers may send people back to, separated by commas and compared exactly. `https`, `http` on " +
					"loopback, or a mobile app's own scheme.",
			},
			mend: "set it to absolute URIs, separated by commas, e.g. https://app.example.com/callback,com.example.app://callback",
			read: into(&c.RedirectURIs, each(redirectURI)),
		},
		{
			Setting: Setting{
				Name: "CONNECTOR_DATA_KEYS",
				Description: "What a social connector needs of a provider's answer beside `code`, `auth_code`, `state`, `scope` and `iss`: " +
					"`target:key,key;target:key`. Never list what names an account or proves one by itself, such as Google's " +
					"`credential`, an ID token: it would do past code, state and redirect URI.",
			},
			mend: "set it to targets and keys, e.g. google:prompt,authuser;wechat:lang",
			read: into(&c.ConnectorDataKeys, connectorDataKeys),
		},
	}
}

func (c *Config) logSettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "LOG_FORMAT", Default: "text",
				Description: "`text` or `json`.",
			},
			mend: "set it to text or json",
			read: into(&c.LogFormat, oneOf("text", "json")),
		},
		{
			Setting: Setting{
				Name: "LOG_LEVEL", Default: "info",
				Description: "`debug`, `info`, `warn` or `error`. The line for each mutation, for audits, is `info`.",
			},
			mend: "set it to debug, info, warn or error",
			read: into(&c.LogLevel, logLevel),
		},
	}
}
