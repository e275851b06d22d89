package config

// accountSettings are about what users may do with their own accounts.
func (c *Config) accountSettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "PAT_MAX_LIFETIME", Default: "365d",
				Description: "How long a personal access token may live at most, and lives when no expiry is asked for: `365d`, `36h`. " +
					"`none` allows tokens that never expire.",
			},
			mend: "set it to days or hours, e.g. 365d or 36h, or to none for tokens that never expire",
			read: into(&c.PATMaxLifetime, lifetime),
		},
		{
			Setting: Setting{
				Name: "PAT_MAX_COUNT", Default: "20",
				Description: "How many personal access tokens a user may have, expired ones included, from 1 to 1000.",
			},
			mend: "set it to a number of tokens, e.g. 20; where users shall make none at all, set FIELD_ACCESS=personalAccessToken=readOnly",
			read: into(&c.PATMaxCount, upTo(1000)),
		},
		{
			Setting: Setting{
				Name: "TOTP_ISSUER",
				Description: "What authenticator apps call your service beside a user's codes. When not set, the host of your Logto's " +
					"issuer, as on Logto's own pages.",
			},
			mend: "set it to your service's name, e.g. Example, with at most 48 characters",
			read: into(&c.TotpIssuer, issuerName),
		},
		{
			Setting: Setting{
				Name: "SELF_SUSPENSION", Default: "false",
				Description: "`true` lets users suspend their own accounts, which they can't undo: only an administrator can.",
			},
			mend: "set it to true or false",
			read: into(&c.SelfSuspension, boolean),
		},
	}
}
