package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// selection is the set of fields that a query selects of one object, its
// fragments, @skip and @include applied.
type selection struct {
	operation *graphql.OperationContext
	fields    []graphql.CollectedField
}

// selected reads the selection of the field that is being resolved.
func selected(ctx context.Context, typeName string) selection {
	return selection{
		operation: graphql.GetOperationContext(ctx),
		fields:    graphql.CollectFieldsCtx(ctx, []string{typeName}),
	}
}

// has tells whether any of the names is selected.
func (s selection) has(names ...string) bool {
	for _, field := range s.fields {
		for _, name := range names {
			if field.Name == name {
				return true
			}
		}
	}
	return false
}

// within tells whether the name is selected below the field, which may be
// selected several times under aliases.
func (s selection) within(fieldName, typeName, name string) bool {
	for _, field := range s.fields {
		if field.Name != fieldName {
			continue
		}
		below := selection{fields: graphql.CollectFields(s.operation, field.Selections, []string{typeName})}
		if below.has(name) {
			return true
		}
	}
	return false
}

// onlyID tells whether the selection can be answered from the token alone.
func (s selection) onlyID() bool {
	for _, field := range s.fields {
		if field.Name != "id" && field.Name != "__typename" {
			return false
		}
	}
	return true
}
