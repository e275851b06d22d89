package graphqlhttp

import (
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// checkVariables refuses variables that multiply what a request holds: wherever one is used, what it holds is worked on
// once more. In all it must be no more than could be sent without variables.
func (l Limits) checkVariables(operation *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	if len(variables) == 0 {
		return nil
	}
	sizes := make(map[string]int, len(variables))
	for name, value := range variables {
		sizes[name] = sizeOf(value)
	}
	if used := usedBySelections(operation.SelectionSet, sizes); used > l.BodyBytes {
		return coded(codeLimitExceeded, fmt.Sprintf("The variables come to more than %d bytes, with each counted wherever it is used.", l.BodyBytes))
	}
	return nil
}

// sizeOf is how long a value is as JSON, escapes left out.
func sizeOf(value any) int {
	switch value := value.(type) {
	case string:
		return len(value) + len(`""`)
	case json.Number:
		return len(value)
	case []any:
		size := len("]")
		for _, element := range value {
			size += len(",") + sizeOf(element)
		}
		return max(size, len("[]"))
	case map[string]any:
		size := len("}")
		for name, element := range value {
			size += len(`,"":`) + len(name) + sizeOf(element)
		}
		return max(size, len("{}"))
	default:
		return len("true")
	}
}

// usedBySelections sums up the sizes of the variables in arguments, of directives too, as often as they are there.
func usedBySelections(selections ast.SelectionSet, sizes map[string]int) int {
	sum := 0
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			sum += usedByArguments(selection.Arguments, sizes) + usedByDirectives(selection.Directives, sizes) + usedBySelections(selection.SelectionSet, sizes)
		case *ast.InlineFragment:
			sum += usedByDirectives(selection.Directives, sizes) + usedBySelections(selection.SelectionSet, sizes)
		case *ast.FragmentSpread:
			sum += usedByDirectives(selection.Directives, sizes) + usedBySelections(selection.Definition.SelectionSet, sizes)
		}
	}
	return sum
}

func usedByDirectives(directives ast.DirectiveList, sizes map[string]int) int {
	sum := 0
	for _, directive := range directives {
		sum += usedByArguments(directive.Arguments, sizes)
	}
	return sum
}

func usedByArguments(arguments ast.ArgumentList, sizes map[string]int) int {
	sum := 0
	for _, argument := range arguments {
		sum += usedByValue(argument.Value, sizes)
	}
	return sum
}

func usedByValue(value *ast.Value, sizes map[string]int) int {
	if value.Kind == ast.Variable {
		return sizes[value.Raw]
	}
	sum := 0
	for _, child := range value.Children {
		sum += usedByValue(child.Value, sizes)
	}
	return sum
}
