package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDocument describes a program that is there: this test.
func TestDocument(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := run("..", []string{"v1.2.3", program}, w); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("the same program gives another document")
	}
	var got document
	if err := json.Unmarshal(first.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	product := got.Metadata.Component
	if product.Version != "v1.2.3" || len(product.Components) != 1 || product.Components[0].Name != filepath.Base(program) {
		t.Errorf("the product is %+v", product)
	}
	for _, purl := range []string{"pkg:golang/stdlib@", "pkg:npm/%40logto/react@", "pkg:npm/react@", "pkg:npm/graphiql@"} {
		if !slices.ContainsFunc(got.Components, func(c component) bool { return strings.HasPrefix(c.PURL, purl) && c.Version != "" }) {
			t.Errorf("%s isn't listed", purl)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"nothing": nil, "no program": {"v1.2.3"}, "not there": {"v1.2.3", "missing"}, "not a program": {"v1.2.3", "main.go"},
	} {
		if err := run("..", args, new(bytes.Buffer)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := run(".", []string{"v1.2.3", os.Args[0]}, new(bytes.Buffer)); err == nil {
		t.Error("no pages: no error")
	}
}
