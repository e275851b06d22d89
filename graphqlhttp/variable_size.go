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
	if used(operation.SelectionSet, sizes) > l.BodyBytes {
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

// used sums up the sizes of the variables in arguments, of directives too, as often as they are there.
func used(selections ast.SelectionSet, sizes map[string]int) int {
	sum := 0
	visitVariables(selections, func(variable *ast.Value) { sum += sizes[variable.Raw] })
	return sum
}

// visitVariables visits each place where a variable is used in selections, once more wherever a fragment is spread.
func visitVariables(selections ast.SelectionSet, visit func(*ast.Value)) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			visitArguments(selection.Arguments, visit)
			visitDirectives(selection.Directives, visit)
			visitVariables(selection.SelectionSet, visit)
		case *ast.InlineFragment:
			visitDirectives(selection.Directives, visit)
			visitVariables(selection.SelectionSet, visit)
		case *ast.FragmentSpread:
			visitDirectives(selection.Directives, visit)
			visitVariables(selection.Definition.SelectionSet, visit)
		}
	}
}

func visitDirectives(directives ast.DirectiveList, visit func(*ast.Value)) {
	for _, directive := range directives {
		visitArguments(directive.Arguments, visit)
	}
}

func visitArguments(arguments ast.ArgumentList, visit func(*ast.Value)) {
	for _, argument := range arguments {
		visitValue(argument.Value, visit)
	}
}

func visitValue(value *ast.Value, visit func(*ast.Value)) {
	if value.Kind == ast.Variable {
		visit(value)
	}
	for _, child := range value.Children {
		visitValue(child.Value, visit)
	}
}
