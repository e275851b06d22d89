// Command codegen is what go generate runs: gqlgen, by gqlgen.yml, and then shortcuts
// in what it has generated.
//
// gqlgen resolves every field alike: with a context of its own, a middleware, a recovery
// from panics and half a dozen closures. Most fields of a page need none of that, since
// they are a value of a struct, or a method's that asks nobody. For these the shortcut
// writes the value at once. Whatever doesn't go well goes gqlgen's way, so that errors
// are what they would be without shortcuts. Only a panic, which is a defect of ours,
// takes the whole object with it.
//
// For each operation gqlgen also collects the functions that decode inputs, closures in
// a map, for resolvers that decode inputs by themselves. None of ours does.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"go/types"
	"log"
	"os"
	"regexp"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	log.SetFlags(0)
	if err := generate(); err != nil {
		log.Fatal("codegen: ", err)
	}
}

// generate works in the module's directory.
func generate() error {
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return err
	}
	var found leaves
	if err := api.Generate(cfg, api.AddPlugin(&found)); err != nil {
		return err
	}
	code, err := os.ReadFile(cfg.Exec.Filename)
	if err != nil {
		return err
	}
	if code, err = found.shorten(code); err != nil {
		return err
	}
	return os.WriteFile(cfg.Exec.Filename, code, 0o644)
}

// collected are the lines of the list of functions that decode inputs.
var collected = regexp.MustCompile(`(?m)^\t\tec\.unmarshalInput\w+,\n`)

// leaves are the fields that get a shortcut. As a plugin of gqlgen's it hears of all
// fields before their code is written.
type leaves []leaf

// leaf is a field that holds a single value and asks nobody for it.
type leaf struct {
	// function resolves the field, value is its value, and marshal makes that GraphQL's.
	function, value, marshal string
	// mayFail tells that value comes with an error.
	mayFail bool
}

// Name implements plugin.Plugin.
func (*leaves) Name() string { return "shortcuts" }

// GenerateCode implements plugin.CodeGenerator.
func (l *leaves) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		for _, field := range object.Fields {
			if isLeaf(field) {
				*l = append(*l, newLeaf(field))
			}
		}
	}
	if len(*l) == 0 {
		return errors.New("no field is a leaf")
	}
	return nil
}

// isLeaf leaves out lists and JSON besides resolvers, because the limits count what is
// in them (graphqlhttp/surplus.go), and what has to be told when it is null.
func isLeaf(field *codegen.Field) bool {
	_, isSlice := field.TypeReference.GO.Underlying().(*types.Slice)
	asks := field.Object.Root || field.IsConcurrent() || field.IsBatch() || len(field.Args) > 0 || field.HasDirectives()
	plain := field.IsVariable() || field.IsMethod() && !field.VOkFunc
	mayBreak := field.TypeReference.GQL.NonNull && field.TypeReference.IsNilable()
	return plain && !asks && !mayBreak && !field.HasHaser && field.TypeReference.Definition.IsLeafType() && !isSlice
}

func newLeaf(field *codegen.Field) leaf {
	l := leaf{
		function: fmt.Sprintf("func (ec *executionContext) _%s_%s(", field.Object.Name, field.Name),
		value:    field.GoReceiverName + "." + field.GoFieldName,
		marshal:  "ec." + field.TypeReference.MarshalFunc(),
	}
	if field.IsMethod() {
		l.value += "()"
		l.mayFail = !field.NoErr
	}
	return l
}

// shorten returns gqlgen's code with the shortcuts, and without the functions that it
// collects.
func (l leaves) shorten(code []byte) ([]byte, error) {
	var err error
	for _, field := range l {
		if code, err = field.shorten(code); err != nil {
			return nil, err
		}
	}
	if !collected.Match(code) {
		return nil, errors.New("gqlgen has generated no list of functions that decode inputs")
	}
	return format.Source(collected.ReplaceAll(code, nil))
}

// shorten returns code with the shortcut for the field.
func (l leaf) shorten(code []byte) ([]byte, error) {
	before, rest, found := bytes.Cut(code, []byte("\n"+l.function))
	signature, body, hasBody := bytes.Cut(rest, []byte("{\n"))
	body, after, ends := bytes.Cut(body, []byte("\n}\n"))
	if !found || !hasBody || !ends {
		return nil, fmt.Errorf("gqlgen has generated no function that begins with %q", l.function)
	}
	if l.mayFail {
		body = fmt.Appendf(nil, "\tif v, err := %s; err == nil {\n\t\treturn %s(ctx, field.Selections, v)\n\t}\n%s", l.value, l.marshal, body)
	} else {
		body = fmt.Appendf(nil, "\treturn %s(ctx, field.Selections, %s)", l.marshal, l.value)
	}
	return fmt.Appendf(nil, "%s\n%s%s{\n%s\n}\n%s", before, l.function, signature, body, after), nil
}
