// Command sbom prints what programs of Go are made of, as a CycloneDX document. `go run ./sbom VERSION FILE...` reads it
// from the programs themselves, so it lists exactly what was linked, and the same programs give the same document.
package main

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "sbom: %v\n", err)
		os.Exit(1)
	}
}

// document is a bill of materials. See https://cyclonedx.org/docs/1.6/json/.
type document struct {
	Schema     string      `json:"$schema"`
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

// component is a program or a module.
type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
	Hashes  []hash `json:"hashes,omitempty"`
	// Components are what a product consists of.
	Components []component `json:"components,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// run writes one document about all files, which are one version of one product, for several platforms.
func run(args []string, w io.Writer) error {
	if len(args) < 2 {
		return errors.New("name the version and the programs")
	}
	version, files := args[0], args[1:]
	modules := map[string]component{}
	var product component
	for _, file := range files {
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read build information: %w", err)
		}
		program, err := describe(file)
		if err != nil {
			return err
		}
		product.Components = append(product.Components, program)
		product.Name = info.Main.Path
		add(modules, "stdlib", strings.TrimPrefix(info.GoVersion, "go"))
		for _, module := range info.Deps {
			module = cmp.Or(module.Replace, module)
			add(modules, module.Path, module.Version)
		}
	}
	product.Type, product.Ref, product.Version = "application", product.Name, version
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{Component: product},
		Components: slices.SortedFunc(maps.Values(modules), func(a, b component) int {
			return cmp.Compare(a.Ref, b.Ref)
		}),
	})
}

// add adds a module.
func add(modules map[string]component, path, version string) {
	purl := (&url.URL{Scheme: "pkg", Opaque: "golang/" + path + "@" + url.PathEscape(version)}).String()
	modules[purl] = component{Type: "library", Ref: purl, Name: path, Version: version, PURL: purl}
}

// describe names a program by its checksum.
func describe(file string) (component, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return component{}, fmt.Errorf("read program: %w", err)
	}
	sum := sha256.Sum256(content)
	name := filepath.Base(file)
	return component{Type: "file", Ref: "file:" + name, Name: name, Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}, nil
}
