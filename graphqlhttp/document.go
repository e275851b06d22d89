package graphqlhttp

import (
	"context"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

const (
	// cachedDocuments and cachedDocumentBytes bound the memory of the document cache. An account page has a few dozen
	// operations, and the longest, the whole of me, takes 3 kB. The token limit bounds what a document parses to.
	cachedDocuments     = 256
	cachedDocumentBytes = 8 << 10
)

// documents turns the text of documents into parsed and valid ones, and remembers them. It does the part of gqlgen's
// executor that comes before execution, because the executor has no place for a check between parsing and validation,
// builds its rules anew for every document, and lets the text of requests through into errors.
type documents struct {
	schema     *ast.Schema
	rules      []validator.Rule
	tokenLimit int
	cache      graphql.Cache[*ast.QueryDocument]
}

func newDocuments(config Config) *documents {
	return &documents{
		schema:     withoutDefer(config.Schema.Schema()),
		rules:      validationRules(config.Introspection),
		tokenLimit: config.TokenLimit,
		cache:      lru.New[*ast.QueryDocument](cachedDocuments),
	}
}

// withoutDefer returns a copy of schema that lacks @defer and @stream. Answers here are one JSON value, so that what is
// deferred would be lost.
func withoutDefer(schema *ast.Schema) *ast.Schema {
	// The schema of generated code is shared by all servers of a process and may be in use: it isn't changed in place.
	trimmed := *schema
	trimmed.Directives = maps.Clone(schema.Directives)
	delete(trimmed.Directives, "defer")
	delete(trimmed.Directives, "stream")
	return &trimmed
}

// operation finds the operation that p asks for and coerces its variables.
func (d *documents) operation(ctx context.Context, p parameters) (*graphql.OperationContext, *refusal) {
	document, refused := d.load(ctx, p.query)
	if refused != nil {
		return nil, refused
	}
	operation := document.Operations.ForName(p.operationName)
	switch {
	case operation == nil && p.operationName == "":
		return nil, refuseDocument(coded(codeValidationFailed, "The document has several operations: say which in operationName."))
	case operation == nil:
		return nil, refuseDocument(coded(codeValidationFailed, "The document has no operation of the name in operationName."))
	case operation.Operation == ast.Subscription:
		return nil, refuseDocument(coded(codeValidationFailed, "Subscriptions are not served."))
	}
	variables, refused := coerce(d.schema, operation, p.variables)
	if refused != nil {
		return nil, refused
	}
	// Headers stay out, so that no resolver comes to see the token.
	return &graphql.OperationContext{
		RawQuery:      p.query,
		OperationName: p.operationName,
		Variables:     variables,
		Extensions:    p.extensions,
		Doc:           document,
		Operation:     operation,
	}, nil
}

// load returns the valid document that text is.
func (d *documents) load(ctx context.Context, text string) (*ast.QueryDocument, *refusal) {
	if document, ok := d.cache.Get(ctx, text); ok {
		return document, nil
	}
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.tokenLimit)
	if err != nil {
		return nil, refuseDocument(d.parseError(err))
	}
	if len(document.Operations) == 0 {
		return nil, refuseDocument(coded(codeValidationFailed, "The document has no operation."))
	}
	if errs := d.validate(document); len(errs) > 0 {
		return nil, refuseDocument(errs...)
	}
	if len(text) <= cachedDocumentBytes {
		d.cache.Add(ctx, text, document)
	}
	return document, nil
}

// maxValidationErrors are as many errors as help; a hostile document can have thousands.
const maxValidationErrors = 20

func (d *documents) validate(document *ast.QueryDocument) gqlerror.List {
	var errs gqlerror.List
	var observers validator.Events
	for _, rule := range d.rules {
		rule.RuleFunc(&observers, func(options ...validator.ErrorOption) {
			err := coded(codeValidationFailed, "")
			for _, option := range options {
				option(err)
			}
			err.Message = validationMessage(rule.Name, err.Message)
			// What is wrong in a fragment comes up again wherever the fragment is spread.
			if len(errs) < maxValidationErrors && !slices.ContainsFunc(errs, func(other *gqlerror.Error) bool {
				return other.Message == err.Message && slices.Equal(other.Locations, err.Locations)
			}) {
				errs = append(errs, err)
			}
		})
	}
	validator.Walk(d.schema, document, &observers)
	return errs
}
