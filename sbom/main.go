// Command sbom prints what accountql's programs are made of, as a CycloneDX document: `go run ./sbom VERSION FILE...`, in
// the module's root. Modules of Go are read from the programs themselves, so exactly what was linked is listed, and packages
// of npm from the licences that the embedded pages carry. The same programs give the same document.
package main

import (
	"cmp"
	"compress/gzip"
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
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := run(".", os.Args[1:], os.Stdout); err != nil {
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

// run writes one document about all files, which are one version of one product, for several platforms. They were built of
// the sources in root.
func run(root string, args []string, w io.Writer) error {
	if len(args) < 2 {
		return errors.New("name the version and the programs")
	}
	version, files := args[0], args[1:]
	libraries := map[string]component{}
	if err := addPages(libraries, root); err != nil {
		return err
	}
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
		add(libraries, "golang", "stdlib", strings.TrimPrefix(info.GoVersion, "go"))
		for _, module := range info.Deps {
			module = cmp.Or(module.Replace, module)
			add(libraries, "golang", module.Path, module.Version)
		}
	}
	product.Type, product.Ref, product.Version = "application", product.Name, version
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{Component: product},
		Components: slices.SortedFunc(maps.Values(libraries), func(a, b component) int {
			return cmp.Compare(a.Ref, b.Ref)
		}),
	})
}

// pages are the lists of licences that the embedded pages carry, and how each names a package of npm and its version.
var pages = map[string]*regexp.Regexp{
	"accountpage/assets/licenses.md.gz": regexp.MustCompile(`(?m)^## (\S+) - (\S+) \(`),
	"playground/assets/licenses.txt.gz": regexp.MustCompile(`(?m)^(@?[\w./-]+)@(\d\S*)$`),
}

// addPages adds the packages of npm that are embedded.
func addPages(libraries map[string]component, root string) error {
	for name, pattern := range pages {
		text, err := unpack(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("read licences: %w", err)
		}
		packages := pattern.FindAllStringSubmatch(text, -1)
		if packages == nil {
			return fmt.Errorf("read licences: %s names no package", name)
		}
		for _, match := range packages {
			add(libraries, "npm", match[1], match[2])
		}
	}
	return nil
}

func unpack(file string) (string, error) {
	packed, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(unpacked)
	return string(text), err
}

// add adds what the package manager of a kind calls name.
func add(libraries map[string]component, kind, name, version string) {
	path := strings.Replace(name, "@", "%40", 1) // A scope of npm's.
	purl := (&url.URL{Scheme: "pkg", Opaque: kind + "/" + path + "@" + url.PathEscape(version)}).String()
	libraries[purl] = component{Type: "library", Ref: purl, Name: name, Version: version, PURL: purl}
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
