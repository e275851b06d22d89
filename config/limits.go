package config

import (
	"errors"
	"time"
)

// Limits bound what one request can make the server do: see graphqlhttp.Limits.
type Limits struct {
	BodyBytes                       int
	Tokens                          int
	Depth                           int
	Aliases, Directives, RootFields int
	Complexity                      int
	Errors                          int
	OperationTime                   time.Duration
}

// limitSettings are about the size of requests. The defaults let pass the whole
// settings query three times over, the usual introspection query, and fifty
// mutations.
func (c *Config) limitSettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "MAX_BODY_BYTES", Default: "131072",
				Description: "How many bytes a request's body may have, or the query string of a GET, whose line and headers may have 32 kB " +
					"together. The largest sensible request replaces custom data, of which 64 kB are taken at once, and escapes make up to " +
					"twice as long. Variables may not come to more either, each counted wherever it is used.",
			},
			mend: "set it to a number of bytes, e.g. 131072",
			read: into(&c.Limits.BodyBytes, upTo(16<<20)),
		},
		{
			Setting: Setting{
				Name: "MAX_DOCUMENT_TOKENS", Default: "1500",
				Description: "How many tokens a GraphQL document may have: names, values, punctuation marks and comments.",
			},
			mend: "set it to a number of tokens, e.g. 1500",
			read: into(&c.Limits.Tokens, upTo(100_000)),
		},
		{
			Setting: Setting{
				Name: "MAX_DEPTH", Default: "20",
				Description: "How deep a document may nest. Each fragment is a level too. The JSON of a request may nest 64 levels.",
			},
			mend: "set it to a number of levels, e.g. 20",
			read: into(&c.Limits.Depth, upTo(500)),
		},
		{
			Setting: Setting{
				Name: "MAX_ALIASES", Default: "50",
				Description: "How many aliases an operation may have. This and the following three count what is in a fragment each time it " +
					"is spread.",
			},
			mend: "set it to a number of aliases, e.g. 50",
			read: into(&c.Limits.Aliases, upTo(100_000)),
		},
		{
			Setting: Setting{
				Name: "MAX_DIRECTIVES", Default: "50",
				Description: "How many directives, such as `@include`, an operation may have.",
			},
			mend: "set it to a number of directives, e.g. 50",
			read: into(&c.Limits.Directives, upTo(100_000)),
		},
		{
			Setting: Setting{
				Name: "MAX_ROOT_FIELDS", Default: "50",
				Description: "How many fields an operation may have at its root, so how many mutations one request may make.",
			},
			mend: "set it to a number of fields, e.g. 50",
			read: into(&c.Limits.RootFields, upTo(100_000)),
		},
		{
			Setting: Setting{
				Name: "MAX_COMPLEXITY", Default: "15000",
				Description: "How many values an operation may select, where each list counts for as long as such lists may well be: ten " +
					"elements, or up to 100; custom data for 1000, and a long alias for several. The whole settings page comes to about " +
					"5000, the usual introspection query to 12000. As many values more are answered where an account has longer lists.",
			},
			mend: "set it to a number of values, e.g. 15000",
			read: into(&c.Limits.Complexity, upTo(10_000_000)),
		},
		{
			Setting: Setting{
				Name: "MAX_ERRORS", Default: "20",
				Description: "How many errors an answer may have; when others were left out, one more says so.",
			},
			mend: "set it to a number of errors, e.g. 20",
			read: into(&c.Limits.Errors, upTo(10_000)),
		},
		{
			Setting: Setting{
				Name: "OPERATION_TIMEOUT", Default: "30s",
				Description: "How long the execution of an operation may take.",
			},
			mend: "set it to a length of time, e.g. 30s",
			read: into(&c.Limits.OperationTime, operationTime),
		},
	}
}

func operationTime(v string) (time.Duration, error) {
	length, err := time.ParseDuration(v)
	if err != nil || length < time.Second || length > 5*time.Minute {
		return 0, errors.New("is not a length of time from 1s to 5m")
	}
	return length, nil
}
