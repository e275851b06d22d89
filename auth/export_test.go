package auth

import "golang.org/x/time/rate"

// HoldChecks takes all turns to check a signature, until release is called.
func (v *Verifier) HoldChecks() (release func()) {
	var all int64
	for v.gate.slots.TryAcquire(1) {
		all++
	}
	return func() { v.gate.slots.Release(all) }
}

// LiftPace lets any number of forged tokens be checked.
func (v *Verifier) LiftPace() {
	v.gate.paced.SetLimit(rate.Inf)
}

// EndPace lets no token be checked any more that is not known.
func (v *Verifier) EndPace() {
	for _, pace := range []*rate.Limiter{v.gate.unpaced, v.gate.paced} {
		pace.SetLimit(0)
		pace.SetBurst(0)
	}
}
