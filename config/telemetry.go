package config

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Tracing says where traces go and how many are kept, in the words of
// OpenTelemetry's standard variables.
type Tracing struct {
	// Exporter is otlp, console or, when there are no traces, none.
	Exporter string
	// Disabled makes it none.
	Disabled bool
	// Protocol is grpc, http/protobuf or http/json.
	Protocol string
	// Sampler is the name of a standard sampler, SamplerArg the share that those
	// with a ratio keep.
	Sampler    string
	SamplerArg float64
}

// samplers are the standard ones that need no other server.
var samplers = []string{
	"always_on", "always_off", "traceidratio",
	"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
}

// telemetrySettings are about metrics and traces. OpenTelemetry's SDK reads its
// variables itself; here are those that decide whether it runs at all, and those
// that it would pass over in silence where they can't be followed.
func (c *Config) telemetrySettings() []setting {
	return []setting{
		{
			Setting: Setting{
				Name: "METRICS_ADDR",
				Description: "Where to serve metrics for Prometheus, at `/metrics`: `HOST:PORT`, another than `ADDR`. They need no " +
					"token, so let only your Prometheus reach it. When not set, there are none.",
			},
			mend: "set it to HOST:PORT, e.g. 127.0.0.1:9090, or :9090 for every network interface",
			read: into(&c.MetricsAddr, hostPort),
		},
		{
			Setting: Setting{
				Name: "OTEL_TRACES_EXPORTER",
				Description: "Where traces go: `otlp`, `console` (standard output) or `none`. When not set, `otlp` if one of the two " +
					"endpoints below is set, else `none`. OpenTelemetry's other variables count as well: " +
					"`OTEL_SERVICE_NAME` (`accountql` when not set), `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*` and so on; " +
					"`OTEL_PROPAGATORS` does not, for `traceparent` alone is read and passed on to Logto.",
			},
			mend: "set it to otlp, console or none",
			read: into(&c.Tracing.Exporter, oneOf("otlp", "console", "none")),
		},
		{
			Setting: Setting{
				Name:        "OTEL_EXPORTER_OTLP_ENDPOINT",
				Description: "Address of your collector. Over http, `/v1/traces` is added to its path.",
			},
			mend: "set it to your collector's address, e.g. http://localhost:4318",
			read: collector, // The SDK reads it.
		},
		{
			Setting: Setting{
				Name:        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
				Description: "Address that traces are sent to, taken as it is.",
			},
			mend: "set it to where your collector takes traces, e.g. http://localhost:4318/v1/traces",
			read: collector, // The SDK reads it.
		},
		{
			Setting: Setting{
				Name:        "OTEL_EXPORTER_OTLP_HEADERS",
				Description: "Headers to send your collector, such as its key: `name=value`, separated by commas, with values in percent-encoding.",
			},
			mend: "set it to headers, separated by commas, e.g. authorization=Bearer%20key",
			read: collectorHeaders, // The SDK reads it.
		},
		{
			Setting: Setting{
				Name:        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
				Description: "The same for traces alone.",
			},
			mend: "set it to headers, separated by commas, e.g. authorization=Bearer%20key",
			read: collectorHeaders, // The SDK reads it.
		},
		{
			Setting: Setting{
				Name: "OTEL_EXPORTER_OTLP_PROTOCOL", Default: "http/protobuf",
				Description: "`http/protobuf`, `http/json` or `grpc`.",
			},
			mend: "set it to http/protobuf, http/json or grpc",
			read: into(&c.Tracing.Protocol, oneOf("http/protobuf", "http/json", "grpc")),
		},
		{
			Setting: Setting{
				Name:        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
				Description: "The same for traces alone.",
			},
			mend: "set it to http/protobuf, http/json or grpc",
			read: into(&c.Tracing.Protocol, oneOf("http/protobuf", "http/json", "grpc")),
		},
		{
			Setting: Setting{
				Name: "OTEL_TRACES_SAMPLER", Default: "parentbased_always_on",
				Description: "Which traces are kept: `always_on`, `always_off`, `traceidratio`, or one of these with `parentbased_` before " +
					"it, which drops what a caller says not to keep. Unlike the standard's, no sampler keeps more because a caller says so.",
			},
			mend: "set it to one of OpenTelemetry's samplers, e.g. parentbased_traceidratio",
			read: into(&c.Tracing.Sampler, oneOf(samplers...)),
		},
		{
			Setting: Setting{
				Name: "OTEL_TRACES_SAMPLER_ARG", Default: "1",
				Description: "The share of traces that the samplers with a ratio keep, from 0 to 1.",
			},
			mend: "set it to a share, e.g. 0.1",
			read: into(&c.Tracing.SamplerArg, share),
		},
		{
			Setting: Setting{
				Name: "OTEL_SDK_DISABLED", Default: "false",
				Description: "`true` turns traces off, whatever else is set.",
			},
			mend: "set it to true or false",
			read: into(&c.Tracing.Disabled, boolean),
		},
	}
}

// resolve settles whether there are traces.
func (t *Tracing) resolve(isSet func(string) bool) {
	switch {
	case t.Disabled:
		t.Exporter = "none"
	case t.Exporter != "":
	case isSet("OTEL_EXPORTER_OTLP_ENDPOINT"), isSet("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
		t.Exporter = "otlp"
	default:
		t.Exporter = "none"
	}
}

// collector checks the address of a collector.
func collector(v string) error {
	u, err := absolute(v)
	if err == nil && !isHTTP(u) {
		err = errors.New("is neither https nor http")
	}
	return err
}

// collectorHeaders checks headers for a collector. The SDK would log what is wrong
// with them, keys and all.
func collectorHeaders(v string) error {
	for i, header := range strings.Split(v, ",") {
		name, value, found := strings.Cut(header, "=")
		_, err := url.PathUnescape(value)
		if !found || err != nil || !isHeaderName(strings.TrimSpace(name)) {
			return fmt.Errorf("entry %d is not name=value with the value in percent-encoding", i+1)
		}
	}
	return nil
}

// isHeaderName tells whether a text is a token (RFC 9110, section 5.6.2).
func isHeaderName(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// oneOf makes a parser of words.
func oneOf(words ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		if !slices.Contains(words, v) {
			return "", fmt.Errorf("is %q", v)
		}
		return v, nil
	}
}

// share parses a number from 0 to 1.
func share(v string) (float64, error) {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 1 {
		return 0, errors.New("is not a number from 0 to 1")
	}
	return n, nil
}
