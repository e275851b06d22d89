package graphqlhttp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// defaultListSize is how long a list is taken to be of which Config.ListSizes says nothing.
const defaultListSize = 10

// valueBytes is how much of an answer one value of an operation's complexity stands for. Names and JSON values that are
// longer count for as many as they are long.
const valueBytes = 128

// introspectionSizes are the lengths of the lists of introspection. Those of fields and the like are averages over all
// types. Of the types that are wrapped in lists and in non-null, which clients ask for nine levels deep, each level is
// there for half as many as the one before.
func introspectionSizes(schema *ast.Schema) map[string]float64 {
	return map[string]float64{
		"__Schema.types": float64(len(schema.Types)), "__Schema.directives": float64(len(schema.Directives)),
		"__Type.fields": 3, "__Type.inputFields": 1, "__Type.enumValues": 1, "__Type.interfaces": 1, "__Type.possibleTypes": 1,
		"__Type.ofType": 0.5, "__Field.args": 1, "__Directive.args": 1, "__Directive.locations": 3,
	}
}

// newListSizes finds by how much each field multiplies what is selected of it, where that isn't 1. Sizes are given as for
// Config.ListSizes.
func newListSizes(schema *ast.Schema, given map[string]int) (map[*ast.FieldDefinition]float64, error) {
	named := introspectionSizes(schema)
	for name, size := range given {
		named[name] = float64(size)
	}
	sizes := map[*ast.FieldDefinition]float64{}
	for _, definition := range schema.Types {
		for _, field := range definition.Fields {
			name := definition.Name + "." + field.Name
			if size, ok := named[name]; ok {
				sizes[field] = size
				delete(named, name)
			} else if field.Type.Elem != nil {
				sizes[field] = defaultListSize
			}
		}
	}
	if len(named) > 0 {
		return nil, fmt.Errorf("the schema lacks fields that have list sizes: %s", strings.Join(slices.Sorted(maps.Keys(named)), ", "))
	}
	return sizes, nil
}

// listSize returns by how much a field multiplies what is selected of it.
func (d *documents) listSize(definition *ast.FieldDefinition) float64 {
	if size, ok := d.listSizes[definition]; ok {
		return size
	}
	return 1
}
