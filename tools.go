//go:build tools

// Package main pins the code generator as a dependency of the module, so that
// go generate runs the version that go.mod names.
package main

import _ "github.com/99designs/gqlgen"
