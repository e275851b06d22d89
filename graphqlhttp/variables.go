package graphqlhttp

import (
	"encoding/json"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
)

// coerce checks the variables of an operation against their types.
func coerce(schema *ast.Schema, operation *ast.OperationDefinition, variables map[string]any) (map[string]any, *refusal) {
	// The validator changes what it is given, hence this comes first; but its words are better, where it has any.
	flaw := variablesFlaw(schema, operation, variables)
	coerced, err := validator.VariableValues(schema, operation, variables)
	switch {
	case err != nil:
		return nil, refuseDocument(variableError(err))
	case flaw != "":
		return nil, refuseDocument(coded(codeValidationFailed, validationMessage("", flaw)))
	}
	if err := misplacedNull(operation, coerced); err != nil {
		return nil, refuseDocument(err)
	}
	return coerced, nil
}

// misplacedNull finds a variable that is null where null can't be. The validator lets nullable variables stand there if
// the variable or the place has a default value, which a variable that is absent takes; but one that is null is not
// absent (specification, section 6.4.1). Generated code would panic, or take it for "" or false.
func misplacedNull(operation *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	var misplaced *ast.Value
	visitVariables(operation.SelectionSet, func(place *ast.Value) {
		value, given := variables[place.Raw]
		if misplaced == nil && given && value == nil && place.ExpectedType != nil && place.ExpectedType.NonNull {
			misplaced = place
		}
	})
	if misplaced == nil {
		return nil
	}
	return at(misplaced.Position, coded(codeValidationFailed, validationMessage("", "Variable $"+misplaced.Raw+" must not be null where it is used.")))
}

// variablesFlaw says what is wrong with the variables and passes the validator.
func variablesFlaw(schema *ast.Schema, operation *ast.OperationDefinition, variables map[string]any) string {
	for _, variable := range operation.VariableDefinitions {
		if flaw := valueFlaw(schema, variable.Type, variables[variable.Variable]); flaw != "" {
			return "Variable $" + variable.Variable + " " + flaw
		}
	}
	return ""
}

// valueFlaw finds enum values that differ from what exists in case alone, which generated code then fails on, numbers in
// the place of strings, which are strings to the validator, and input objects of which exactly one field may be given,
// where it looks at literals only. A value of the wrong shape has none of these.
func valueFlaw(schema *ast.Schema, t *ast.Type, value any) string {
	definition := schema.Types[t.Name()]
	switch value := value.(type) {
	case string:
		if definition.Kind == ast.Enum && definition.EnumValues.ForName(value) == nil {
			return "has an enum value in the wrong case."
		}
	case json.Number:
		switch {
		case definition.Name == "String":
			return "has a number where its type wants a String: put quotation marks around it."
		case definition.Name == "ID" && strings.ContainsAny(string(value), ".eE"):
			return "has a number with a fraction or an exponent where its type wants an ID: put quotation marks around it."
		}
	case []any:
		if t.Elem == nil {
			return ""
		}
		for _, element := range value {
			if flaw := valueFlaw(schema, t.Elem, element); flaw != "" {
				return flaw
			}
		}
	case map[string]any:
		if definition.Directives.ForName("oneOf") != nil && !exactlyOne(definition, value) {
			return "must give exactly one field of each " + definition.Name + ", and not null."
		}
		for _, field := range definition.Fields {
			if flaw := valueFlaw(schema, field.Type, value[field.Name]); flaw != "" {
				return flaw
			}
		}
	}
	return ""
}

func exactlyOne(definition *ast.Definition, object map[string]any) bool {
	for name, value := range object { // The validator lets __typename pass as a field too.
		return len(object) == 1 && value != nil && definition.Fields.ForName(name) != nil
	}
	return false
}
