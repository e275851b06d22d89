package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"accountql/config"
)

// TestProblems are the lines of FromEnv's error, one by one.
func TestProblems(t *testing.T) {
	t.Parallel()
	_, err := config.FromEnv(minimal(map[string]string{
		"LOGTO_ENDPOINT": "http://logto.example.com", "PLAYGROUND": "perhaps", "REDIS_URL": "redis://localhost",
	}))
	if err == nil {
		t.Fatal("it can be used")
	}
	var lines, settings []string
	for _, problem := range config.Problems(err) {
		lines = append(lines, problem.Error())
		settings = append(settings, problem.Setting)
	}
	if got := strings.Join(lines, "\n"); got != err.Error() {
		t.Errorf("got\n%s\nof\n%v", got, err)
	}
	if want := []string{"PLAYGROUND", "LOGTO_ENDPOINT", "SECRET_KEY"}; !slices.Equal(settings, want) {
		t.Errorf("got %q, want %q", settings, want)
	}
	if got := config.Problems(errors.New("another")); got != nil {
		t.Errorf("of another error: %v", got)
	}
}
