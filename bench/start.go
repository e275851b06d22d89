package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"accountql/auth"
)

// measureStart measures the time from starting the program to its first good answer,
// and the memory that it has then.
func (b *bench) measureStart(ctx context.Context) error {
	server, err := b.processes.startServer(b.landscape.Env)
	if err != nil {
		return err
	}
	contender, err := b.asking(ctx, server, "start", oneCall, typical)
	server.end()
	if err != nil {
		return err
	}
	var times []time.Duration
	var memory []int64
	for range b.rounds {
		took, resident, err := b.startOnce(ctx, contender.steps(0)[0])
		if err != nil {
			return err
		}
		times, memory = append(times, took), append(memory, resident)
	}
	middle := percentile(times, 50)
	b.targets.add("start to first answer", "under 300 ms", fmt.Sprintf("%.0f ms", inMilliseconds(middle)), middle < 300*time.Millisecond)
	slices.Sort(memory)
	if resident := memory[len(memory)/2]; resident > 0 {
		b.targets.add("idle memory", "under 32 MiB", mebibytes(resident)+" MiB", resident < 32<<20)
	}
	return nil
}

// startOnce asks from the moment of the start on, until it gets the answer.
func (b *bench) startOnce(ctx context.Context, s step) (took time.Duration, resident int64, err error) {
	began := time.Now()
	server, err := b.processes.launchServer(b.landscape.Env)
	if err != nil {
		return 0, 0, err
	}
	defer server.end()
	for time.Since(began) < patience && ctx.Err() == nil {
		answer, err := askOnce(ctx, server.address, s.request)
		if err == nil && answer.status == http.StatusOK && bytes.Equal(answer.body, s.want) {
			return time.Since(began), usageOf(server.pid).resident, nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, 0, fmt.Errorf("no good answer in %s", time.Since(began))
}

// measureTokens compares the first use of an access token with later ones.
func (b *bench) measureTokens(ctx context.Context) error {
	env := b.landscape.Env
	verifier, err := auth.New(auth.Config{
		Endpoint: env["LOGTO_ENDPOINT"], Audience: env["ACCOUNT_API_RESOURCE"], AllowedClientIDs: []string{env["ALLOWED_CLIENT_IDS"]},
		HTTPClient: &http.Client{Timeout: patience}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if err := verifier.Ready(ctx); err != nil {
		return err
	}
	tokens := b.landscape.Accounts[typical].Tokens
	tokens = tokens[:min(len(tokens), 200)]
	var first, later []time.Duration
	for _, token := range tokens {
		began := time.Now()
		if _, err := verifier.Verify(ctx, token); err != nil {
			return err
		}
		first = append(first, time.Since(began))
	}
	for range b.rounds {
		began := time.Now()
		for _, token := range tokens {
			if _, err := verifier.Verify(ctx, token); err != nil {
				return err
			}
		}
		later = append(later, time.Since(began)/time.Duration(len(tokens)))
	}
	verification, hit := percentile(first, 50), percentile(later, 50)
	times := float64(verification) / float64(hit)
	b.targets.add("verified-token cache: hit against verification", "500 times cheaper",
		fmt.Sprintf("%.0f times (%.2f µs, %.0f µs)", times, float64(hit)/1e3, float64(verification)/1e3), times >= 500)
	return nil
}
