package config_test

import (
	"testing"

	"accountql/config"
)

func TestTracesExporter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nothing":         {nil, "none"},
		"endpoint":        {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "otlp"},
		"traces endpoint": {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, "otlp"},
		"exporter":        {map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, "otlp"},
		"none":            {map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "none"},
		"disabled":        {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, "none"},
	} {
		cfg, err := config.FromEnv(minimal(test.env))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if cfg.Tracing.Exporter != test.want {
			t.Errorf("%s: got %s, want %s", name, cfg.Tracing.Exporter, test.want)
		}
	}
}

func TestTracesProtocolIsTheirOwn(t *testing.T) {
	t.Parallel()
	cfg, err := config.FromEnv(minimal(map[string]string{
		"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Tracing.Protocol != "http/json" {
		t.Errorf("got %s", cfg.Tracing.Protocol)
	}
}
