package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// TestUpstreamRemembers asks twice, as one who may and as one who may not.
func TestUpstreamRemembers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	line, announced := io.Pipe()
	ended := make(chan error)
	go func() { ended <- runUpstream(ctx, announced, 1) }()
	var l landscape
	if err := json.NewDecoder(line).Decode(&l); err != nil {
		t.Fatal(err)
	}
	path := "/api/users/" + l.Accounts[manyTokens].ID + "/personal-access-tokens"
	for _, token := range []string{l.ManagementToken, "wrong", l.ManagementToken, "wrong"} {
		answer, err := askOnce(ctx, l.Address, get(path, token))
		if err != nil {
			t.Fatal(err)
		}
		var list []any
		may := token == l.ManagementToken
		if may != (answer.status == http.StatusOK) || may != (json.Unmarshal(answer.body, &list) == nil && len(list) == 100) {
			t.Errorf("token %.5s…: status %d, %.100s", token, answer.status, answer.body)
		}
	}
	answer, err := askOnce(ctx, l.Address, get("/api/users/"+l.Accounts[largeCustom].ID, l.ManagementToken))
	if err != nil || !bytes.Contains(answer.body, []byte(`"entries"`)) || len(answer.body) < 999_000 {
		t.Errorf("%d bytes, error %v", len(answer.body), err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
