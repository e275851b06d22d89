package graphqlhttp

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// surplus counts what an operation finds beyond what its complexity took lists and JSON values for. Whoever signs in a
// thousand times has a thousand sessions, each with all that is selected of one. The limit on complexity holds for this
// count once more, so that an answer has twice as many values at most.
type surplus struct {
	documents *documents
	document  *ast.QueryDocument
	values    atomic.Int64
}

// resolve is a graphql.FieldMiddleware. It refuses the fields with which the count is over the limit. About most single
// values it isn't asked, since they have shortcuts (graph/codegen).
func (s *surplus) resolve(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if err != nil || value == nil {
		return value, err
	}
	found := s.beyond(graphql.GetFieldContext(ctx).Field, value)
	if found > 0 && s.values.Add(found) > int64(s.documents.limits.Complexity) {
		return nil, coded(codeComplexityExceeded, fmt.Sprintf("There is so much here that the answer would be more complex than %d: select less of it.", s.documents.limits.Complexity))
	}
	return value, nil
}

// beyond is how many values there are in value that the field's complexity left out.
func (s *surplus) beyond(field graphql.CollectedField, value any) int64 {
	if field.Definition == nil {
		return 0
	}
	length := 0
	if raw, ok := value.(json.RawMessage); ok {
		length = len(raw) / valueBytes
	} else if field.Definition.Type.Elem != nil && reflect.TypeOf(value).Kind() == reflect.Slice {
		length = reflect.ValueOf(value).Len()
	}
	more := float64(length) - s.documents.listSize(field.Definition)
	if more <= 0 {
		return 0
	}
	shape := s.documents.shapeOf(s.document)
	return int64(more * (1 + shape.selections(s.documents.schema.Types[field.Definition.Type.Name()], field.Selections).complexity))
}
