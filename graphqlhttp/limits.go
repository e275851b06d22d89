package graphqlhttp

import (
	"fmt"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limits bound what one request can make the server do. What a fragment holds counts wherever it is spread, so that no
// fragment multiplies what is allowed. Each limit must be 1 or more.
type Limits struct {
	// BodyBytes is the size of a body, or of a GET's query string. It is also what variables may come to, each counted
	// wherever it is used.
	BodyBytes int
	// Tokens are the lexical tokens of a document. Comments count too.
	Tokens int
	// Depth is how deep a document may nest: fields in fields, and one level more for each fragment between them, inline
	// or spread; then lists and objects in arguments, and lists in the types of variables.
	Depth int
	// Aliases, Directives and RootFields are counted in each operation.
	Aliases, Directives, RootFields int
	// Complexity is how many fields an operation may select, those below a list as often as the list is long, after
	// Config.ListSizes. Long aliases count for several. It is also how much more may then be found in lists that are
	// longer, and in JSON.
	Complexity int
	// Errors is how many errors an answer has at most, beside one that says that others were left out.
	Errors int
	// OperationTime is for all of an operation's execution.
	OperationTime time.Duration
}

// spreadFactor bounds, in tokens of the largest document that is allowed, what validation has to look at: it enters every
// operation and every fragment, and from each of them every fragment that is spread there. Five levels of fragments,
// which is what pages made of components have, stay under it even where all else is at its limit.
const spreadFactor = 6

// check compares what an operation takes with the limits.
func (l Limits) check(operation *ast.OperationDefinition, e extent) *gqlerror.Error {
	code, message := codeLimitExceeded, ""
	switch {
	case e.depth > float64(l.Depth):
		return at(operation.Position, l.tooDeep())
	case e.aliases > float64(l.Aliases):
		message = fmt.Sprintf("The operation has more than %d aliases, with those of its fragments.", l.Aliases)
	case e.directives > float64(l.Directives):
		message = fmt.Sprintf("The operation has more than %d directives, with those of its fragments.", l.Directives)
	case e.rootFields > float64(l.RootFields):
		message = fmt.Sprintf("The operation has more than %d root fields, with those of its fragments.", l.RootFields)
	case e.complexity > float64(l.Complexity):
		code = codeComplexityExceeded
		message = fmt.Sprintf("The operation's complexity is more than %d. Lists count most, then long aliases: select less of them, or fewer.", l.Complexity)
	default:
		return nil
	}
	return at(operation.Position, coded(code, message))
}

func (l Limits) tooDeep() *gqlerror.Error {
	return coded(codeLimitExceeded, fmt.Sprintf("The document is more than %d levels deep, with fragments, arguments and types counted.", l.Depth))
}

// checkSpread compares what validation has to look at with what it may.
func (l Limits) checkSpread(nodes float64) *gqlerror.Error {
	if most := spreadFactor * l.Tokens; nodes > float64(most) {
		return coded(codeLimitExceeded, fmt.Sprintf("The document has more than %d nodes, with fragments counted wherever they are spread, and default values wherever their variables are used.", most))
	}
	return nil
}

// at gives an error its place in the document.
func at(position *ast.Position, err *gqlerror.Error) *gqlerror.Error {
	err.Locations = []gqlerror.Location{{Line: position.Line, Column: position.Column}}
	return err
}

// cut shortens the errors of an answer. What is null without an error, for that reason, is still null.
func (l Limits) cut(errs gqlerror.List) gqlerror.List {
	if len(errs) <= l.Errors {
		return errs
	}
	more := fmt.Sprintf("There are more errors than the %d that an answer has at most.", l.Errors)
	return append(errs[:l.Errors:l.Errors], coded(codeLimitExceeded, more))
}
