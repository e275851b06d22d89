package main

import (
	"encoding/base64"
	"maps"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"accountql/config"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// envFile reads the settings of a file of lines NAME=VALUE.
func envFile(t *testing.T, name string) env {
	t.Helper()
	settings := env{}
	for line := range strings.Lines(readFile(t, name)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		setting, value, found := strings.Cut(line, "=")
		if !found {
			t.Fatalf("%s: %q is not NAME=VALUE", name, line)
		}
		settings[setting] = value
	}
	return settings
}

// matches returns what the group of pattern matches in a file.
func matches(t *testing.T, name, pattern string) []string {
	t.Helper()
	var all []string
	for _, match := range regexp.MustCompile("(?m)"+pattern).FindAllStringSubmatch(readFile(t, name), -1) {
		all = append(all, match[1])
	}
	if all == nil {
		t.Fatalf("%s has nothing like %s", name, pattern)
	}
	return all
}

// composeEnvironment returns what compose.yaml gives accountql.
func composeEnvironment(t *testing.T) env {
	t.Helper()
	_, service, _ := strings.Cut(readFile(t, "compose.yaml"), "\n  accountql:\n")
	_, environment, found := strings.Cut(service, "\n    environment:\n")
	if !found {
		t.Fatal("accountql has no environment")
	}
	settings := env{}
	for line := range strings.Lines(environment) {
		line, within := strings.CutPrefix(line, "      ")
		if !within {
			break
		}
		if name, value, found := strings.Cut(strings.TrimSpace(line), ": "); found && !strings.HasPrefix(name, "#") {
			settings[name] = strings.Trim(value, `"`)
		}
	}
	return settings
}

// TestDeploymentsNameSettings finds what would be ignored: variables that are no settings.
func TestDeploymentsNameSettings(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, setting := range config.Reference() {
		known[setting.Name] = true
	}
	for file, named := range map[string][]string{
		"Dockerfile":                            matches(t, "Dockerfile", `^ENV (\w+)=`),
		"compose.yaml":                          keys(composeEnvironment(t)),
		"accountql.env.example":                 keys(envFile(t, "accountql.env.example")),
		"deploy/kubernetes/settings.env":        keys(envFile(t, "deploy/kubernetes/settings.env")),
		"deploy/kubernetes/secret.env.example":  keys(envFile(t, "deploy/kubernetes/secret.env.example")),
		"deploy/kubernetes/deployment.yaml":     matches(t, "deploy/kubernetes/deployment.yaml", `^ +- name: ([A-Z_]+)$`),
		"deploy/kubernetes/deployment.yaml key": matches(t, "deploy/kubernetes/deployment.yaml", `^ +key: ([A-Z_]+)$`),
	} {
		for _, name := range named {
			if !known[name] {
				t.Errorf("%s has %s, which is no setting", file, name)
			}
		}
	}
}

func keys(settings env) []string { return slices.Collect(maps.Keys(settings)) }

// TestDeploymentsStartWhenFilledIn also says what stops those that aren't.
func TestDeploymentsStartWhenFilledIn(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString(make([]byte, 32))
	filledIn := env{
		"LOGTO_APP_ID": "machine", "LOGTO_APP_SECRET": "secret", "ACCOUNT_API_RESOURCE": "https://account.example.com",
		"ALLOWED_CLIENT_IDS": "web", "SECRET_KEY": key, "REDIS_URL": "redis://:password@redis:6379/0",
		"LOGTO_ISSUER": "https://logto.example.com/oidc",
	}
	compose, kubernetes := envFile(t, "accountql.env.example"), envFile(t, "deploy/kubernetes/settings.env")
	maps.Copy(compose, composeEnvironment(t))
	maps.Copy(kubernetes, envFile(t, "deploy/kubernetes/secret.env.example"))
	for _, test := range []struct {
		name     string
		settings env
		missing  []string
	}{
		{"compose", compose, []string{"LOGTO_APP_ID", "LOGTO_APP_SECRET", "ACCOUNT_API_RESOURCE", "ALLOWED_CLIENT_IDS"}},
		{"kubernetes", kubernetes, []string{
			"LOGTO_APP_ID", "LOGTO_APP_SECRET", "ACCOUNT_API_RESOURCE", "ALLOWED_CLIENT_IDS", "SECRET_KEY", "REDIS_URL",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.FromEnv(test.settings.get)
			if err == nil {
				t.Fatal("the examples start as they are")
			}
			for _, name := range test.missing {
				if !strings.Contains(err.Error(), name+" ") {
					t.Errorf("nothing says that %s has to be set: %v", name, err)
				}
			}
			maps.Copy(test.settings, filledIn)
			if _, err := config.FromEnv(test.settings.get); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDeploymentsAwaitTheEnd compares how long a container may take to end with how long the server takes at most.
func TestDeploymentsAwaitTheEnd(t *testing.T) {
	t.Parallel()
	duration := func(text string) time.Duration {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	defaults := env{}
	for _, setting := range config.Reference() {
		defaults[setting.Name] = setting.Default
	}
	for name, test := range map[string]struct {
		given    string
		settings env
	}{
		"compose":    {matches(t, "compose.yaml", `^    read_only: true\n(?:    #.*\n)*    stop_grace_period: (\w+)$`)[0], composeEnvironment(t)},
		"kubernetes": {matches(t, "deploy/kubernetes/deployment.yaml", `^ +terminationGracePeriodSeconds: (\d+)$`)[0] + "s", envFile(t, "deploy/kubernetes/settings.env")},
	} {
		settings := maps.Clone(defaults)
		maps.Copy(settings, test.settings)
		s := server{grace: duration(settings["SHUTDOWN_GRACE"]), drain: duration(settings["OPERATION_TIMEOUT"]) + 5*time.Second}
		if most := s.grace + 2*settling + s.drain; duration(test.given) < most+5*time.Second {
			t.Errorf("%s gives %s to end, and the server may take %s and a little more", name, test.given, most)
		}
	}
}

// kubernetesEnvironment returns what deployment.yaml itself gives accountql.
func kubernetesEnvironment(t *testing.T) env {
	t.Helper()
	given := regexp.MustCompile(`(?m)^ +- name: ([A-Z_]+)\n +value: "(.*)"$`)
	settings := env{}
	for _, match := range given.FindAllStringSubmatch(readFile(t, "deploy/kubernetes/deployment.yaml"), -1) {
		settings[match[1]] = match[2]
	}
	return settings
}

// TestReplicasShareRedis keeps replicas from counting each for itself, whether the
// secret lacks REDIS_URL or has it empty.
func TestReplicasShareRedis(t *testing.T) {
	t.Parallel()
	if replicas := matches(t, "deploy/kubernetes/deployment.yaml", `^  replicas: (\d+)$`)[0]; replicas == "1" {
		t.Fatal("there is one replica: this test is about several")
	}
	required := regexp.MustCompile(`- name: REDIS_URL\n +valueFrom:\n +secretKeyRef:\n +name: accountql\n +key: REDIS_URL\n +optional: false\n`)
	if !required.MatchString(readFile(t, "deploy/kubernetes/deployment.yaml")) {
		t.Error("replicas start from a secret without REDIS_URL")
	}
	settings := env{
		"LOGTO_ENDPOINT": "https://logto.example.com", "LOGTO_APP_ID": "machine", "LOGTO_APP_SECRET": "secret",
		"ACCOUNT_API_RESOURCE": "https://account.example.com", "ALLOWED_CLIENT_IDS": "web",
		"SECRET_KEY": base64.StdEncoding.EncodeToString(make([]byte, 32)), "REDIS_URL": "",
	}
	maps.Copy(settings, kubernetesEnvironment(t))
	if _, err := config.FromEnv(settings.get); err == nil || !strings.HasPrefix(err.Error(), "REDIS_URL is not set") {
		t.Errorf("with an empty REDIS_URL: %v", err)
	}
}

// TestImageIsBuiltOfAllThatIsNeeded: the image's build gets nothing that .dockerignore
// names, so what the program is made of must not be among it.
func TestImageIsBuiltOfAllThatIsNeeded(t *testing.T) {
	t.Parallel()
	var patterns []string
	for line := range strings.Lines(readFile(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	const files = `{{$dir := .Dir}}{{if not .Standard}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}` +
		`{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{end}}`
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", files, ".")
	list.Stderr = os.Stderr
	listed, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	needed := []string{"go.mod", "go.sum"}
	for file := range strings.Lines(string(listed)) {
		if within, found := strings.CutPrefix(strings.TrimSpace(file), root+"/"); found {
			needed = append(needed, within)
		}
	}
	if !slices.Contains(needed, "server.go") || !slices.ContainsFunc(needed, func(file string) bool { return strings.HasSuffix(file, ".gz") }) {
		t.Fatalf("what is needed isn't found: %q", needed)
	}
	for _, file := range needed {
		for _, pattern := range patterns {
			if ignores(t, pattern, file) {
				t.Errorf("%s is needed, and .dockerignore has %s", file, pattern)
			}
		}
	}
	if !ignores(t, "*.env", "prod.env") || ignores(t, "*.env", "a/prod.env") || !ignores(t, "docs", "docs/a/b.md") || !ignores(t, "**/testdata", "a/testdata/b") {
		t.Error("the patterns aren't read as Docker reads them")
	}
}

// ignores tells whether a pattern of .dockerignore matches a file or a directory that
// it is in.
func ignores(t *testing.T, pattern, file string) bool {
	t.Helper()
	anywhere, isAnywhere := strings.CutPrefix(pattern, "**/")
	parts := strings.Split(file, "/")
	for end := range parts {
		name := strings.Join(parts[:end+1], "/")
		if isAnywhere {
			pattern, name = anywhere, parts[end]
		}
		matched, err := path.Match(pattern, name)
		if err != nil {
			t.Fatal(err)
		}
		if matched {
			return true
		}
	}
	return false
}
