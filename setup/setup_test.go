package setup_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
	"accountql/operator"
	"accountql/setup"
)

type object = map[string]any

// tenant is a Logto with its demo's people, and who may set it up.
type tenant struct {
	*logtotest.Server
	t      *testing.T
	client *operator.Client
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	server, err := logtotest.New(logtotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := operator.New(operator.Config{
		Endpoint: server.Endpoint, AppID: server.AppID, AppSecret: server.AppSecret, Resource: logtotest.ManagementResource,
	})
	t.Cleanup(func() {
		client.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := client.Authorize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &tenant{Server: server, t: t, client: client}
}

// newEmptyTenant has neither the API resource nor the role.
func newEmptyTenant(t *testing.T) *tenant {
	t.Helper()
	tenant := newTenant(t)
	tenant.manage("DELETE", "/api/roles/"+tenant.find("/api/roles", "name", operator.RoleName), nil)
	tenant.manage("DELETE", "/api/resources/"+tenant.find("/api/resources", "indicator", logtotest.AccountResource), nil)
	return tenant
}

func (tenant *tenant) manage(method, path string, body any) any {
	tenant.t.Helper()
	status, result := tenant.Manage(method, path, body)
	if status >= http.StatusMultipleChoices {
		tenant.t.Fatalf("%s %s: status %d: %v", method, path, status, result)
	}
	return result
}

// find returns the id of what has a value in one of Logto's lists.
func (tenant *tenant) find(path, key, value string) string {
	tenant.t.Helper()
	for _, one := range tenant.manage("GET", path, nil).([]any) {
		if entry := one.(object); entry[key] == value {
			return entry["id"].(string)
		}
	}
	tenant.t.Fatalf("%s has no %s %s", path, key, value)
	return ""
}

// plan is what is to be made now, and nothing is changed by planning.
func (tenant *tenant) plan() *setup.Plan {
	tenant.t.Helper()
	plan, err := setup.New(tenant.t.Context(), tenant.client, logtotest.AccountResource)
	if err != nil {
		tenant.t.Fatal(err)
	}
	tenant.changed()
	return plan
}

// steps are the lines that a plan prints, without their numbers.
func steps(plan *setup.Plan) []string {
	var text strings.Builder
	plan.Print(&text)
	var lines []string
	for line := range strings.Lines(text.String()) {
		_, step, _ := strings.Cut(strings.TrimSpace(line), ". ")
		lines = append(lines, step)
	}
	return lines
}

// changed are the calls that changed Logto since they were last asked for.
func (tenant *tenant) changed() []string {
	var changes []string
	for _, call := range tenant.Calls() {
		if call.Method != http.MethodGet {
			changes = append(changes, call.Method+" "+call.Path)
		}
	}
	tenant.ResetCalls()
	return changes
}

// carryOut also sees to it that nothing secret is told.
func (tenant *tenant) carryOut(ctx context.Context, plan *setup.Plan, consent setup.Consent) (told string, err error) {
	tenant.t.Helper()
	var output strings.Builder
	err = plan.CarryOut(ctx, consent, &output)
	told = output.String()
	if strings.Contains(told+fmt.Sprint(err), tenant.AppSecret) {
		tenant.t.Errorf("it tells the secret: %s%v", told, err)
	}
	return told, err
}

var everything = []string{
	`the API resource "Account API" with the identifier ` + logtotest.AccountResource,
	"its permission account:read",
	"its permission account:write",
	"its permission account:security",
	"the role account-user with the permissions account:read, account:write, account:security, a default role, which every new user gets",
}

// TestCarryOut makes what is missing once, and users get it from then on.
func TestCarryOut(t *testing.T) {
	t.Parallel()
	tenant := newEmptyTenant(t)
	plan := tenant.plan()
	if diff := cmp.Diff(everything, steps(plan)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	told, err := tenant.carryOut(t.Context(), plan, setup.Consent{Given: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := "made      " + strings.Join(everything, "\nmade      ") + "\n"; told != want {
		t.Errorf("it tells %s", told)
	}
	if made := tenant.changed(); len(made) != len(everything) {
		t.Errorf("it made %q", made)
	}

	again := tenant.plan()
	if told, err := tenant.carryOut(t.Context(), again, setup.Consent{}); !again.IsEmpty() || told != "" || err != nil {
		t.Errorf("again: %q: %s%v", steps(again), told, err)
	}
	if made := tenant.changed(); made != nil {
		t.Errorf("again it made %q", made)
	}

	dave := tenant.manage("POST", "/api/users", object{"username": "dave"}).(object)["id"].(string)
	access, err := tenant.client.ReadAccess(t.Context(), logtotest.AccountResource)
	if err != nil {
		t.Fatal(err)
	}
	scopes, err := tenant.client.UserScopes(t.Context(), dave, access.Resource)
	if err != nil || len(scopes) != len(operator.AccountScopes()) {
		t.Errorf("a new user has %q: %v", scopes, err)
	}
}

// TestCarryOutAsks, and makes nothing unless somebody says yes.
func TestCarryOutAsks(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		"yes\n": true, "YES\r\n": true, " y \n": true, "yes": true,
		"": false, "\n": false, "no\n": false, "yes please\n": false, "\nyes\n": false,
	} {
		tenant := newEmptyTenant(t)
		told, err := tenant.carryOut(t.Context(), tenant.plan(), setup.Consent{Answers: strings.NewReader(answer)})
		if !strings.HasPrefix(told, "Make this? Type yes: ") {
			t.Errorf("%q: it asks %s", answer, told)
		}
		if made := tenant.changed(); (err == nil) != want || (made != nil) != want {
			t.Errorf("%q: it made %q: %v", answer, made, err)
		}
	}
}

// TestCarryOutWithoutAnAnswer makes nothing where nobody can answer, or nobody does.
func TestCarryOutWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	tenant := newEmptyTenant(t)
	if told, err := tenant.carryOut(t.Context(), tenant.plan(), setup.Consent{}); told != "" || err == nil || !strings.Contains(err.Error(), "-yes") {
		t.Errorf("nobody is there: %s%v", told, err)
	}
	silent, speak, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	defer speak.Close()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	if _, err := tenant.carryOut(interrupted, tenant.plan(), setup.Consent{Answers: silent}); err == nil {
		t.Error("who has left agrees")
	}
	if made := tenant.changed(); made != nil {
		t.Errorf("it made %q", made)
	}
}

// TestCarryOutFailsHalfway tells what was made and what was not, and the next plan
// goes on from there.
func TestCarryOutFailsHalfway(t *testing.T) {
	t.Parallel()
	for endpoint, made := range map[string]int{"/api/resources": 0, "/api/resources/{id}/scopes": 1, "/api/roles": 4} {
		tenant := newEmptyTenant(t)
		tenant.Fail(logtotest.Fault{
			Method: http.MethodPost, Path: endpoint, Status: http.StatusUnprocessableEntity,
			Body: object{"code": "entity.create_failed", "message": tenant.AppSecret},
		})
		told, err := tenant.carryOut(t.Context(), tenant.plan(), setup.Consent{Given: true})
		if !errors.Is(err, setup.ErrIncomplete) {
			t.Errorf("%s: %v", endpoint, err)
		}
		var want strings.Builder
		for i, step := range everything {
			switch {
			case i < made:
				fmt.Fprintf(&want, "made      %s\n", step)
			case i == made:
				path := strings.Replace(endpoint, "{id}", "<id>", 1)
				fmt.Fprintf(&want, "failed    %s: Logto answered POST %s with status 422, code entity.create_failed\n", step, path)
			default:
				fmt.Fprintf(&want, "not made  %s\n", step)
			}
		}
		if made > 0 {
			told = strings.ReplaceAll(told, tenant.find("/api/resources", "indicator", logtotest.AccountResource), "<id>")
		}
		if diff := cmp.Diff(want.String(), told); diff != "" {
			t.Errorf("%s (-want +got):\n%s", endpoint, diff)
		}
		rest := tenant.plan()
		if diff := cmp.Diff(everything[made:], steps(rest)); diff != "" {
			t.Errorf("%s: the rest (-want +got):\n%s", endpoint, diff)
		}
		if _, err := tenant.carryOut(t.Context(), rest, setup.Consent{Given: true}); err != nil || !tenant.plan().IsEmpty() {
			t.Errorf("%s: the rest: %v", endpoint, err)
		}
	}
}

// planRow is a tenant, and the steps of its plan or the error.
type planRow struct {
	arrange func(*tenant)
	want    []string
}

func planRows() map[string]planRow {
	role := func(tenant *tenant) string {
		return "/api/roles/" + tenant.find("/api/roles", "name", operator.RoleName)
	}
	return map[string]planRow{
		"nothing is missing": {func(*tenant) {}, nil},
		"the role isn't default": {
			func(tenant *tenant) { tenant.manage("PATCH", role(tenant), object{"isDefault": false}) },
			[]string{"the mark that the role account-user is a default role, which every new user gets"},
		},
		"the role is empty": {
			func(tenant *tenant) {
				tenant.manage("DELETE", role(tenant), nil)
				tenant.manage("POST", "/api/roles", object{"name": operator.RoleName, "description": "Empty", "isDefault": true})
			},
			[]string{"the permissions account:read, account:write, account:security in the role account-user"},
		},
		"the role is for machines": {
			func(tenant *tenant) {
				tenant.manage("DELETE", role(tenant), nil)
				tenant.manage("POST", "/api/roles", object{"name": operator.RoleName, "description": "Robots", "type": "MachineToMachine"})
			},
			[]string{"this Logto has a role account-user that is not for users: rename it in Logto's console"},
		},
		"another role does": {
			func(tenant *tenant) { tenant.manage("PATCH", role(tenant), object{"name": "everybody"}) },
			nil,
		},
		"the resource has another case": {
			func(tenant *tenant) {
				resource := "/api/resources/" + tenant.find("/api/resources", "indicator", logtotest.AccountResource)
				tenant.manage("DELETE", resource, nil)
				tenant.manage("POST", "/api/resources", object{"name": "Account", "indicator": strings.ToUpper(logtotest.AccountResource)})
			},
			[]string{"this Logto has the API resource " + strings.ToUpper(logtotest.AccountResource) + ", which is almost ACCOUNT_API_RESOURCE: " +
				"set ACCOUNT_API_RESOURCE to it, or delete it in Logto's console if it is a mistake"},
		},
		"Logto fails": {
			func(tenant *tenant) {
				tenant.Fail(logtotest.Fault{Method: http.MethodGet, Path: "/api/roles", Status: http.StatusInternalServerError})
			},
			[]string{"Logto answered GET /api/roles with status 500"},
		},
	}
}

// TestPlan finishes what is there, and leaves alone what is right or somebody else's.
func TestPlan(t *testing.T) {
	t.Parallel()
	for name, test := range planRows() {
		tenant := newTenant(t)
		test.arrange(tenant)
		tenant.ResetCalls()
		plan, err := setup.New(t.Context(), tenant.client, logtotest.AccountResource)
		got := []string{fmt.Sprint(err)}
		if err == nil {
			got = steps(plan)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if made := tenant.changed(); made != nil {
			t.Errorf("%s: planning made %q", name, made)
		}
		if err != nil {
			continue
		}
		if _, err := tenant.carryOut(t.Context(), plan, setup.Consent{Given: true}); err != nil || !tenant.plan().IsEmpty() {
			t.Errorf("%s: carrying it out: %v", name, err)
		}
	}
}
