package graphqlhttp

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// coerce checks the variables of an operation against their types.
func coerce(schema *ast.Schema, operation *ast.OperationDefinition, variables map[string]any) (map[string]any, *refusal) {
	// The validator changes what it is given, hence this comes first; but its words are better, where it has any.
	misspelt := misspeltEnum(schema, operation, variables)
	coerced, err := validator.VariableValues(schema, operation, variables)
	switch {
	case err != nil:
		return nil, refuseDocument(variableError(err))
	case misspelt != "":
		return nil, refuseDocument(coded(codeValidationFailed, "Variable $"+misspelt+" has an enum value in the wrong case."))
	default:
		return coerced, nil
	}
}

// misspeltEnum returns the name of a variable with an enum value that doesn't exist. The validator lets pass what
// differs in case alone, which generated code then fails on.
func misspeltEnum(schema *ast.Schema, operation *ast.OperationDefinition, variables map[string]any) string {
	for _, variable := range operation.VariableDefinitions {
		if !enumsExist(schema, variable.Type, variables[variable.Variable]) {
			return variable.Variable
		}
	}
	return ""
}

// enumsExist tells whether all enum values in value exist. A value of the wrong shape has none.
func enumsExist(schema *ast.Schema, t *ast.Type, value any) bool {
	switch value := value.(type) {
	case string:
		definition := schema.Types[t.Name()]
		return definition.Kind != ast.Enum || definition.EnumValues.ForName(value) != nil
	case []any:
		if t.Elem == nil {
			return true
		}
		for _, element := range value {
			if !enumsExist(schema, t.Elem, element) {
				return false
			}
		}
	case map[string]any:
		for _, field := range schema.Types[t.Name()].Fields {
			if !enumsExist(schema, field.Type, value[field.Name]) {
				return false
			}
		}
	}
	return true
}
