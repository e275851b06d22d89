package auth

// Stats tell how a verifier is doing. Counts are since its start.
type Stats struct {
	// Hits counts the tokens that the cache knew.
	Hits uint64
	// Misses counts the signatures that were checked since the cache didn't know the token; those of ID tokens too.
	Misses uint64
	// Forged counts those of them that were bad.
	Forged uint64
	// Refused counts the signatures that were not checked, since too many others were bad.
	Refused uint64
	// Entries is the number of tokens in the cache.
	Entries int
	// InFlight is the number of signatures that are being checked, and Waiting that of those whose turn is to come.
	InFlight, Waiting int
}

// Stats returns the verifier's present ones. They may disagree by what happens meanwhile.
func (v *Verifier) Stats() Stats {
	stats := Stats{
		Hits:     v.hits.Load(),
		Misses:   v.gate.checked.Load(),
		Forged:   v.gate.failed.Load(),
		Refused:  v.gate.refused.Load(),
		InFlight: int(v.gate.flying.Load()),
		Waiting:  int(v.gate.waiting.Load() + v.gate.held.Load()),
	}
	if keys := v.keys.set.Load(); keys != nil {
		stats.Entries = keys.cache.tokens.Len()
	}
	return stats
}
