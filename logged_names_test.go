package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLogNamesFieldsAsTheSchemaDoes: an alias may be as long as a request, and anything
// that somebody likes to read in a log.
func TestLogNamesFieldsAsTheSchemaDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.logto.Fail(fault{Path: "/api/users/{userId}/organizations", Status: http.StatusInternalServerError, Times: 1})
	w.logto.Fail(fault{Method: http.MethodPatch, Status: http.StatusInternalServerError, Times: 1})
	header := bearer(w.token("alice"))
	header.Set("X-Request-Id", "r1")
	for _, document := range []string{
		`query planted { planted: me { planted: organizations { planted: id } } }`,
		`mutation planted { planted: updateProfile(input: {name: "planted"}) { planted: errors { code } } }`,
	} {
		_ = send(t, http.MethodPost, w.url+"/graphql", header, strings.NewReader(encode(t, object{"query": document})))
	}
	got := regexp.MustCompile(`time=\S+ |subject=\S+ client=\S+ |duration_ms=\d+ `).ReplaceAllString(w.log.String(), "")
	const want = `level=WARN msg="field failed" path=me.organizations code=UPSTREAM_UNAVAILABLE error="logto: GET /api/users/{userId}/organizations: status 500" request_id=r1
level=WARN msg="field failed" path=updateProfile code=UPSTREAM_UNAVAILABLE error="update user: logto: PATCH /api/users/{userId}: status 500" request_id=r1
level=INFO msg=mutation operation=updateProfile outcome=UPSTREAM_UNAVAILABLE request_id=r1
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}
