package tracing

import (
	"fmt"
	"math/rand/v2"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// sampler is one of the standard samplers, but for what a caller can bring about.
// Callers are browsers and apps in anybody's hands. By the standard, a traceparent
// that says "sampled", or has an id that the ratio takes, makes the server keep the
// trace; here the share holds for these requests too, by a throw of the dice. A
// caller that says "not sampled" is heard by the samplers parentbased_*.
type sampler struct {
	name         string
	share        float64
	heedsCallers bool
}

// newSampler makes the sampler that OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG
// name: always_on, always_off, traceidratio, and the same with parentbased_ before
// them. ratio counts for traceidratio.
func newSampler(name string, ratio float64) sdktrace.Sampler {
	kind, heedsCallers := strings.CutPrefix(name, "parentbased_")
	s := sampler{name: name, share: 1, heedsCallers: heedsCallers}
	switch kind {
	case "always_off":
		s.share = 0
	case "traceidratio":
		s.share = ratio
	}
	return s
}

// ShouldSample implements sdktrace.Sampler.
func (s sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	parent := trace.SpanContextFromContext(p.ParentContext)
	keep := rand.Float64() < s.share
	switch {
	case parent.IsValid() && !parent.IsRemote():
		keep = parent.IsSampled() // A trace is kept whole.
	case parent.IsValid() && s.heedsCallers:
		keep = keep && parent.IsSampled()
	}
	if keep {
		return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
	}
	return sdktrace.SamplingResult{Decision: sdktrace.Drop}
}

// Description implements sdktrace.Sampler.
func (s sampler) Description() string { return fmt.Sprintf("%s %v", s.name, s.share) }
