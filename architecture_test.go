package main_test

import (
	"errors"
	"go/build"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "accountql"

// TestArchitecture holds the rules of ARCHITECTURE.md about who may import whom.
// Tests may import anything.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	packages := load(t)

	t.Run("what a package never reaches", func(t *testing.T) {
		t.Parallel()
		graphQL := []string{
			module + "/graph", module + "/graphqlhttp",
			"github.com/99designs/gqlgen", "github.com/vektah/gqlparser",
		}
		for name, forbidden := range map[string][]string{
			"auth":            append([]string{module + "/logto"}, graphQL...),
			"logto":           append([]string{module + "/auth"}, graphQL...),
			"access":          graphQL,
			"account":         graphQL,
			"signin":          graphQL,
			"tenant":          graphQL,
			"logto/logtotest": {module + "/logto", module + "/auth"},
			"seal":            append([]string{module + "/logto", module + "/auth", module + "/store"}, graphQL...),
			"upstream":        append([]string{module + "/logto", module + "/auth"}, graphQL...),
			"store":           append([]string{module + "/logto", module + "/auth", module + "/seal"}, graphQL...),
			"totp":            append([]string{module + "/logto", module + "/auth"}, graphQL...),
			"graphqlhttp":     {module + "/graph"},
			"metrics":         graphQL,
			"tracing":         append([]string{module + "/logto", module + "/auth"}, graphQL...),
		} {
			pkg := module + "/" + name
			if packages[pkg] == nil {
				t.Errorf("%s doesn't exist: its rule guards nothing", pkg)
			}
			for _, imported := range reachable(packages, pkg) {
				if slices.ContainsFunc(forbidden, func(f string) bool { return within(imported, f) }) {
					t.Errorf("%s imports %s, directly or not", pkg, imported)
				}
			}
		}
	})

	t.Run("what only programs import", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"config", "accountpage", "playground", "logto/logtotest", "store/redistest"} {
			if packages[module+"/"+name] == nil {
				t.Errorf("%s doesn't exist: its rule guards nothing", name)
			}
			for pkg, p := range packages {
				if p.Name != "main" && slices.Contains(p.Imports, module+"/"+name) {
					t.Errorf("%s imports %s", pkg, name)
				}
			}
		}
	})

	// Package operator can do anything to the tenant, so only the commands that are for
	// that reach it, and nothing that serves users reaches them.
	t.Run("who imports what serves no user", func(t *testing.T) {
		t.Parallel()
		for name, importers := range map[string][]string{
			"operator": {"doctor.go", "setup.go", "doctor/*", "setup/*"},
			"doctor":   {"doctor.go"},
			"setup":    {"setup.go"},
		} {
			if packages[module+"/"+name] == nil {
				t.Errorf("%s doesn't exist: its rule guards nothing", name)
			}
			for _, p := range packages {
				for _, position := range p.ImportPos[module+"/"+name] {
					file := filepath.ToSlash(position.Filename)
					if !slices.ContainsFunc(importers, func(pattern string) bool { matched, _ := path.Match(pattern, file); return matched }) {
						t.Errorf("%s imports %s", file, name)
					}
				}
			}
		}
	})

	t.Run("names", func(t *testing.T) {
		t.Parallel()
		for pkg, p := range packages {
			for _, name := range slices.Compact([]string{p.Name, path.Base(pkg)}) {
				if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "models"}, name) {
					t.Errorf("%s is named for nothing that it provides", pkg)
				}
			}
		}
	})
}

// load returns the module's packages by import path.
func load(t *testing.T) map[string]*build.Package {
	t.Helper()
	packages := map[string]*build.Package{}
	err := filepath.WalkDir(".", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); name == "testdata" || name == "node_modules" || len(name) > 1 && name[0] == '.' {
			return fs.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		if noGo := (*build.NoGoError)(nil); errors.As(err, &noGo) {
			return nil
		}
		packages[path.Join(module, filepath.ToSlash(dir))] = p
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// reachable returns what pkg imports itself and by way of the module's own
// packages.
func reachable(packages map[string]*build.Package, pkg string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(from string) {
		p := packages[from]
		if p == nil {
			return
		}
		for _, imported := range p.Imports {
			if !seen[imported] {
				seen[imported] = true
				visit(imported)
			}
		}
	}
	visit(pkg)
	return slices.Collect(maps.Keys(seen))
}

// within reports whether pkg is tree or below it.
func within(pkg, tree string) bool {
	return pkg == tree || strings.HasPrefix(pkg, tree+"/")
}
