package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

// contender is a way to get a page.
type contender struct {
	name    string
	address string
	// steps are the requests of a page, and their answers, for one of the clients.
	steps func(client int) []step
	// parallel sends all of them at once, each on a connection of its own.
	parallel bool
	// pid is whose work is counted: the clients', where they have no server in between.
	pid int
	// allocations tells what that process has allocated; nil where it can't.
	allocations func(context.Context) (allocations, error)
}

// step is a request and the answer that is good.
type step struct{ request, want []byte }

const (
	userFields = "id username primaryEmail primaryPhone name avatar profile { givenName familyName locale } " +
		"hasPassword createdAt updatedAt lastSignInAt"
	oneCall   = "{ me { " + userFields + " customData } }"
	threeCall = "{ me { " + userFields + " customData personalAccessTokens { name createdAt expiresAt isExpired } " +
		"mfaVerifications { __typename id createdAt lastUsedAt } } }"
	threeCallWithoutData = "{ me { " + userFields + " personalAccessTokens { name createdAt expiresAt isExpired } " +
		"mfaVerifications { __typename id createdAt lastUsedAt } } }"
)

// asking is a contender that sends a document to the product.
func (b *bench) asking(ctx context.Context, server *process, name, document, who string) (contender, error) {
	user := b.landscape.Accounts[who]
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		return contender{}, err
	}
	request := func(client int) []byte {
		return post("/graphql", user.Tokens[client%len(user.Tokens)], string(body))
	}
	answer, err := askOnce(ctx, server.address, request(0))
	if err != nil {
		return contender{}, fmt.Errorf("ask the server: %w", err)
	}
	var page struct {
		Data   struct{ Me struct{ ID string } }
		Errors []any
	}
	if err := json.Unmarshal(answer.body, &page); err != nil || page.Data.Me.ID != user.ID || len(page.Errors) > 0 {
		return contender{}, fmt.Errorf("the server answers with status %d: %.1000s", answer.status, answer.body)
	}
	want := bytes.Clone(answer.body)
	return contender{
		name: name, address: server.address, pid: server.pid,
		steps: func(client int) []step { return []step{{request(client), want}} },
	}, nil
}

// calling is a contender that makes calls of the Management API, or asks a baseline
// that takes the same.
func (b *bench) calling(name, address string, calls ...step) contender {
	return contender{name: name, address: address, pid: os.Getpid(), steps: func(int) []step { return calls }}
}

// call is a call of the Management API, with the answer that the upstream gives.
func (b *bench) call(ctx context.Context, path string) (step, error) {
	request := get(path, b.landscape.ManagementToken)
	answer, err := askOnce(ctx, b.landscape.Address, request)
	if err != nil || answer.status != http.StatusOK {
		return step{}, fmt.Errorf("GET %s: status %d: %w", path, answer.status, err)
	}
	return step{request, bytes.Clone(answer.body)}, nil
}

// calls are the five calls that a client makes without us: the settings page by
// REST. The first three are those that it takes.
func (b *bench) calls(ctx context.Context) ([]step, error) {
	user := "/api/users/" + b.landscape.Accounts[typical].ID
	var calls []step
	for _, path := range append(pagePaths(user), user+"/has-password", user+"/custom-data") {
		call, err := b.call(ctx, path)
		if err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
	return calls, nil
}

// contenders are the six that are compared.
func (b *bench) contenders(ctx context.Context, server, proxy, floor *process) ([]contender, error) {
	one, err := b.asking(ctx, server, "one-call", oneCall, typical)
	if err != nil {
		return nil, err
	}
	three, err := b.asking(ctx, server, "three-call", threeCall, typical)
	if err != nil {
		return nil, err
	}
	calls, err := b.calls(ctx)
	if err != nil {
		return nil, err
	}
	answers := [][]byte{calls[0].want, calls[1].want, calls[2].want}
	page := get("/api/users/"+b.landscape.Accounts[typical].ID, b.landscape.ManagementToken)

	byProxy := b.calling("proxy", proxy.address, calls[0])
	byFloor := b.calling("floor", floor.address, step{page, joinPage(answers)})
	byProxy.pid, byProxy.allocations = proxy.pid, proxy.allocations
	byFloor.pid, byFloor.allocations = floor.pid, floor.allocations
	inARow := b.calling("rest-in-a-row", b.landscape.Address, calls...)
	parallel := b.calling("rest-parallel", b.landscape.Address, calls...)
	parallel.parallel = true
	return []contender{one, byProxy, three, byFloor, inARow, parallel}, nil
}
