package config

import (
	"errors"
	"slices"
)

// PersistedOperations says which documents clients may name instead of sending
// them.
type PersistedOperations struct {
	// Files are the manifests that list them.
	Files []string
	// Only refuses all other documents.
	Only bool
}

func (c *Config) persistedSettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "PERSISTED_OPERATIONS",
				Description: "Files with the operations of your apps, as the compilers of Apollo, Relay and GraphQL Code Generator write " +
					"them, separated by commas: `web.json,ios.json`. They are checked at the start, and clients may send their ids alone. With " +
					"`only` at the end, `web.json,ios.json,only`, everything else is refused with `PERSISTED_QUERY_NOT_ALLOWED`, which also " +
					"stops the playground and Apollo's automatic persisted queries, but not the account page that this server has itself.",
			},
			mend: "set it to files, separated by commas, with only at the end to refuse everything else, e.g. operations.json,only",
			read: into(&c.PersistedOperations, persistedOperations),
		},
	}
}

func persistedOperations(v string) (PersistedOperations, error) {
	files, err := list(v)
	if err != nil {
		return PersistedOperations{}, err
	}
	last := len(files) - 1
	only := files[last] == "only"
	if only {
		files = files[:last]
	}
	switch {
	case len(files) == 0:
		return PersistedOperations{}, errors.New("names no file")
	case slices.Contains(files, "only"):
		return PersistedOperations{}, errors.New("has only before its end")
	}
	return PersistedOperations{Files: files, Only: only}, nil
}
