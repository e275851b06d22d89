package graphqlhttp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The parser's and the validator's messages quote the document and the variables, where passwords, codes and proofs
// stand, and answers end up in logs and in error trackers. What follows makes them name types, fields and places, never
// values.

// maxMessageBytes bounds a message, for a name alone can be as long as the body. Names are ASCII.
const maxMessageBytes = 300

// parseError is the answer to a document that doesn't parse.
func (d *documents) parseError(err error) *gqlerror.Error {
	parsed, ok := errors.AsType[*gqlerror.Error](err)
	if !ok {
		return coded(codeParseFailed, "The document can't be parsed.")
	}
	if strings.HasPrefix(parsed.Message, "exceeded token limit") {
		return coded(codeLimitExceeded, fmt.Sprintf("The document has more than %d tokens.", d.limits.Tokens))
	}
	if strings.HasPrefix(parsed.Message, "exceeded maximum nesting depth") { // The parser's own, which is 1000.
		return d.limits.tooDeep()
	}
	// What was found stands in quotation marks or after a backslash, and at the end.
	message := parsed.Message
	if i := strings.IndexAny(message, `"\`); i >= 0 {
		message = message[:i]
	}
	message = strings.ReplaceAll(message, "<Invalid>", "malformed token")
	presented := coded(codeParseFailed, "Syntax error: "+strings.Trim(message, " :,.")+".")
	presented.Locations = parsed.Locations
	return presented
}

// validationMessage is the message of a validation rule without the values of the document. Only one rule quotes them.
func validationMessage(rule, message string) string {
	if rule == "ValuesOfCorrectType" {
		message = withoutValue(message)
	}
	if len(message) > maxMessageBytes {
		message = message[:maxMessageBytes] + "…"
	}
	return message
}

// withoutValue cuts the value out of a message of the rule ValuesOfCorrectType, in each of its wordings.
func withoutValue(message string) string {
	if rest, ok := strings.CutPrefix(message, `Value "`); ok {
		_, rest, _ = strings.Cut(rest, `" does not exist in `)
		return "The value does not exist in " + rest
	}
	for _, separator := range []string{", found ", ": "} {
		if before, _, ok := strings.Cut(message, separator); ok {
			return before + "."
		}
	}
	return message
}

// variableError is the answer to variables that don't fit their types.
func variableError(err error) *gqlerror.Error {
	coercion, ok := errors.AsType[*gqlerror.Error](err)
	if !ok {
		return coded(codeValidationFailed, "A variable does not fit its type.")
	}
	// The path starts with the word "variable". Its elements are names of the document and the schema, but for the last
	// one of a field that no type defines, which the client may have called anything.
	path, problem := coercion.Path[1:], coercion.Message
	switch {
	case problem == "unknown field":
		path, problem = path[:len(path)-1], "has a field that its type does not define"
	case strings.Contains(problem, " is not a valid "):
		problem = problem[strings.LastIndex(problem, "is not a valid "):]
	case strings.HasPrefix(problem, "cannot use value "):
		problem = "does not fit" + problem[strings.LastIndexByte(problem, ' '):]
	}
	var place strings.Builder
	for i, element := range path {
		switch element := element.(type) {
		case ast.PathName:
			if i > 0 {
				place.WriteByte('.')
			}
			place.WriteString(string(element))
		case ast.PathIndex:
			place.WriteString("[" + strconv.Itoa(int(element)) + "]")
		}
	}
	return coded(codeValidationFailed, validationMessage("", "Variable $"+place.String()+" "+problem+"."))
}
