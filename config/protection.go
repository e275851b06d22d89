package config

// protectionSettings are about proofs, limits and what the operator is told.
func (c *Config) protectionSettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "SECRET_KEY",
				Description: "Key that seals what clients keep for this server: 32 random bytes in base64, as `openssl rand -base64 32` " +
					"prints them. To rotate, put the new one before the old one, separated by a comma, and take the old one away ten minutes " +
					"later or more. With Redis all limits then begin anew, and access tokens that were signed out within the last hour " +
					"work again until they expire. When not set, a random one is taken, and what it sealed ends with the process. " +
					"Required with `REDIS_URL`.",
			},
			mend: "set it to 32 random bytes in base64, as this prints: openssl rand -base64 32",
			read: into(&c.SecretKeys, each(secretKey)),
		},
		{
			Setting: Setting{
				Name: "REDIS_URL",
				Description: "Redis that keeps limits, locks and one-use marks for several instances of this server: " +
					"`redis://[user:password@]host:port[/database]`, `rediss://` with TLS. When not set they are kept in memory and lost with the process, " +
					"which is right for one instance.",
			},
			mend: "set it to your Redis's address, e.g. rediss://user:password@redis.example.com:6379/0",
			read: into(&c.RedisURL, redisURL),
		},
		{
			Setting: Setting{
				Name: "REDIS_REQUIRED", Default: "false",
				Description: "`true` refuses to start without `REDIS_URL`. Set it where there are several instances, none of which can know of " +
					"the others.",
			},
			mend: "set it to true or false",
			read: into(&c.RedisRequired, boolean),
		},
		{
			Setting: Setting{
				Name: "TRUSTED_PROXIES",
				Description: "Addresses and networks of the proxies in front of this server, separated by commas: `10.0.0.0/8,2001:db8::1`. " +
					"Their `X-Forwarded-For` tells the client's address, by which limits count. When not set, the header is ignored.",
			},
			mend: "set it to your proxies' IP addresses or networks, separated by commas, e.g. 10.0.0.0/8,2001:db8::1",
			read: into(&c.TrustedProxies, each(proxies)),
		},
		{
			Setting: Setting{
				Name: "MAX_FORGED_TOKENS", Default: "20",
				Description: "How many access tokens with a bad signature are checked in a second, for each CPU, from 1 to 1000: those of " +
					"networks that send few, and once more those of all others. One takes about a millisecond of CPU. In a flood of them, " +
					"the network that it comes from waits for new tokens to be checked, and nobody else does.",
			},
			mend: "set it to a number of tokens, e.g. 20",
			read: into(&c.MaxForgedTokens, upTo(1000)),
		},
		{
			Setting: Setting{
				Name: "SEND_BUDGET", Default: "1000",
				Description: "How many verification codes may be sent in an hour, over all users, from 1 to 1000000. It bounds what an " +
					"attack can cost.",
			},
			mend: "set it to a number of codes an hour, e.g. 1000; where no codes shall be sent at all, remove the email and SMS connectors from Logto",
			read: into(&c.SendBudget, upTo(1_000_000)),
		},
		{
			Setting: Setting{
				Name: "PHONE_COUNTRIES",
				Description: "Countries whose phone numbers users may take and get codes at, as ISO 3166 codes separated by commas: `US,CA`. " +
					"When not set, all.",
			},
			mend: "set it to two-letter codes of countries, separated by commas, e.g. US,CA,GB",
			read: into(&c.PhoneCountries, each(phoneCountry)),
		},
		{
			Setting: Setting{
				Name: "EVENTS_WEBHOOK_URL",
				Description: "Where security changes are posted to as JSON, signed by the convention of Standard Webhooks. `https`, except on " +
					"loopback.",
			},
			mend: "set it to the address of your receiver, e.g. https://hooks.example.com/account-events",
			read: into(&c.EventsWebhookURL, webhook),
		},
		{
			Setting: Setting{
				Name: "EVENTS_WEBHOOK_SECRET",
				Description: "Key of these signatures: 32 to 64 random bytes in base64, as `openssl rand -base64 32` prints them, with or " +
					"without `whsec_` before them. Required with `EVENTS_WEBHOOK_URL`.",
			},
			mend: "set it to at least 32 random bytes in base64, as this prints: openssl rand -base64 32",
			read: into(&c.EventsWebhookSecret, webhookSecret),
		},
	}
}
