package graphqlhttp

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// overlappingFieldsCanBeMerged is the specification's rule of that name (section 5.3.2). The library's own compares every
// field with every other of the same response name, so that one field repeated a thousand times takes a tenth of a second.
// This one compares each with the first of its response name, which is enough, since to be alike is transitive, and so
// takes a time that grows with what the operations come to when their fragments are spread out. It needs a document
// without cycles of fragments.
func overlappingFieldsCanBeMerged(observers *core.Events, addError core.AddErrFunc) {
	observers.OnOperation(func(walker *core.Walker, operation *ast.OperationDefinition) {
		o := overlap{schema: walker.Schema, addError: addError}
		o.check([]ast.SelectionSet{operation.SelectionSet}, false)
	})
}

type overlap struct {
	schema   *ast.Schema
	addError core.AddErrFunc
}

// check reports the fields that can't be merged when all the selection sets are about one object. With shapesOnly they
// are about objects of different types, whose fields needn't be the same, but must look alike to a client that doesn't
// know which type it has.
func (o *overlap) check(sets []ast.SelectionSet, shapesOnly bool) {
	for _, fields := range byResponseName(sets) {
		together := [][]*ast.Field{fields}
		if !shapesOnly {
			together = byParent(fields)
		}
		if reason := o.conflict(fields, together, shapesOnly); reason != "" {
			o.addError(
				validator.Message(`Fields "%s" conflict because %s. Use different aliases on the fields to fetch both if this was intentional.`, fields[0].Alias, reason),
				core.At(fields[0].Position),
			)
			continue
		}
		if len(together) > 1 {
			o.check(selectionsOf(fields), true)
		}
		for _, group := range together {
			o.check(selectionsOf(group), shapesOnly)
		}
	}
}

// conflict says what keeps fields of one response name from being merged, if anything does.
func (o *overlap) conflict(fields []*ast.Field, together [][]*ast.Field, shapesOnly bool) string {
	for _, group := range together {
		first := group[0]
		for _, field := range group[1:] {
			switch {
			case shapesOnly:
			case field.Name != first.Name:
				return fmt.Sprintf(`"%s" and "%s" are different fields`, first.Name, field.Name)
			case !sameArguments(first.Arguments, field.Arguments):
				return "they have differing arguments"
			}
		}
	}
	for _, field := range fields[1:] {
		if !o.sameShape(fields[0].Definition.Type, field.Definition.Type) {
			return fmt.Sprintf(`they return conflicting types "%s" and "%s"`, fields[0].Definition.Type, field.Definition.Type)
		}
	}
	return ""
}

// sameShape tells whether values of both types look alike: as far as these are objects, their fields decide.
func (o *overlap) sameShape(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return o.sameShape(a.Elem, b.Elem)
	}
	return a.NamedType == b.NamedType || o.schema.Types[a.NamedType].IsCompositeType() && o.schema.Types[b.NamedType].IsCompositeType()
}

// byResponseName collects the fields of the sets, fragments spread out, and groups them. Fields that don't exist, which
// other rules refuse, are left out.
func byResponseName(sets []ast.SelectionSet) [][]*ast.Field {
	var groups [][]*ast.Field
	index := map[string]int{}
	spread := map[*ast.FragmentDefinition]bool{}
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				if selection.ObjectDefinition == nil || selection.Definition == nil {
					continue
				}
				i, ok := index[selection.Alias]
				if !ok {
					i = len(groups)
					index[selection.Alias] = i
					groups = append(groups, nil)
				}
				groups[i] = append(groups[i], selection)
			case *ast.InlineFragment:
				collect(selection.SelectionSet)
			case *ast.FragmentSpread:
				if selection.Definition != nil && !spread[selection.Definition] {
					spread[selection.Definition] = true
					collect(selection.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		collect(set)
	}
	return groups
}

// byParent groups fields by the type of object that they can be of together. A field of an interface or a union can be
// of all of them; as long as those have no selections of their own, it isn't looked at more often below.
func byParent(fields []*ast.Field) [][]*ast.Field {
	var groups [][]*ast.Field
	index := map[string]int{}
	var abstract []*ast.Field
	for _, field := range fields {
		parent := field.ObjectDefinition
		if parent.IsAbstractType() {
			abstract = append(abstract, field)
			continue
		}
		i, ok := index[parent.Name]
		if !ok {
			i = len(groups)
			index[parent.Name] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], field)
	}
	if len(groups) < 2 {
		return [][]*ast.Field{fields}
	}
	for i := range groups {
		groups[i] = append(groups[i], abstract...)
	}
	return groups
}

func selectionsOf(fields []*ast.Field) []ast.SelectionSet {
	var sets []ast.SelectionSet
	for _, field := range fields {
		if len(field.SelectionSet) > 0 {
			sets = append(sets, field.SelectionSet)
		}
	}
	return sets
}

func sameArguments(a, b ast.ArgumentList) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(argument *ast.Argument) bool {
		other := b.ForName(argument.Name)
		return other == nil || !sameValue(argument.Value, other.Value)
	})
}

// sameValue compares literals. The order of an object's fields means nothing.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	for i, child := range a.Children {
		other := b.Children[i].Value
		if a.Kind == ast.ObjectValue {
			other = b.Children.ForName(child.Name)
		}
		if other == nil || !sameValue(child.Value, other) {
			return false
		}
	}
	return true
}
