package graphqlhttp

import (
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

const (
	// cachedDocuments and cachedDocumentBytes bound the memory of the document cache. An account page has a few dozen
	// operations, and the longest, the whole of me, takes 3 kB. The token limit bounds what a document parses to: 350 kB
	// at most, so that the worst of clients fills 45 MB.
	cachedDocuments     = 128
	cachedDocumentBytes = 8 << 10
)

// documents turns the text of documents into parsed and valid ones, and remembers them. It does the part of gqlgen's
// executor that comes before execution, because the executor has no place for a check between parsing and validation,
// builds its rules anew for every document, and lets the text of requests through into errors.
type documents struct {
	schema    *ast.Schema
	rules     []validator.Rule
	limits    Limits
	listSizes map[*ast.FieldDefinition]float64
	// cache keeps documents that came twice apart from the others, so that a client that sends one new document after the
	// other costs itself alone.
	cache     *lru.TwoQueueCache[string, *ast.QueryDocument]
	persisted persisted
	lookup    func(known bool)
}

func newDocuments(config Config) (*documents, error) {
	listSizes, err := newListSizes(config.Schema.Schema(), config.ListSizes)
	if err != nil {
		return nil, err
	}
	cache, err := lru.New2Q[string, *ast.QueryDocument](cachedDocuments)
	if err != nil {
		return nil, err
	}
	d := &documents{
		schema:    withoutDefer(config.Schema.Schema()),
		rules:     validationRules(config.Introspection),
		limits:    config.Limits,
		listSizes: listSizes,
		cache:     cache,
		lookup:    config.DocumentLookup,
	}
	return d, d.trust(config.Operations, config.OnlyOperations)
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
func (d *documents) operation(p parameters) (*graphql.OperationContext, *refusal) {
	text, refused := d.persisted.text(p)
	if refused != nil {
		return nil, refused
	}
	document, refused := d.load(text)
	if refused != nil {
		return nil, refused
	}
	d.persisted.register(p)
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
	if err := d.limits.checkVariables(operation, variables); err != nil {
		return nil, refuseDocument(err)
	}
	// Headers stay out, so that no resolver comes to see the token.
	return &graphql.OperationContext{
		RawQuery:      text,
		OperationName: p.operationName,
		Variables:     variables,
		Extensions:    p.extensions,
		Doc:           document,
		Operation:     operation,
	}, nil
}

// load returns the valid document that text is.
func (d *documents) load(text string) (*ast.QueryDocument, *refusal) {
	document, known := d.persisted.parsed[text]
	if !known {
		document, known = d.cache.Get(text)
	}
	d.lookup(known)
	if known {
		return document, nil
	}
	document, refused := d.compile(text)
	if refused != nil {
		return nil, refused
	}
	if len(text) <= cachedDocumentBytes {
		d.cache.Add(text, document)
	}
	return document, nil
}

// compile parses and validates a document.
func (d *documents) compile(text string) (*ast.QueryDocument, *refusal) {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.limits.Tokens)
	if err != nil {
		return nil, refuseDocument(d.parseError(err))
	}
	if len(document.Operations) == 0 {
		return nil, refuseDocument(coded(codeValidationFailed, "The document has no operation."))
	}
	if err := d.checkShape(document); err != nil {
		return nil, refuseDocument(err)
	}
	if errs := d.validate(document); len(errs) > 0 {
		return nil, refuseDocument(errs...)
	}
	return document, nil
}

func (d *documents) validate(document *ast.QueryDocument) gqlerror.List {
	var errs gqlerror.List
	var observers validator.Events
	for _, rule := range d.rules {
		rule.RuleFunc(&observers, func(options ...validator.ErrorOption) {
			if len(errs) > d.limits.Errors {
				return
			}
			err := coded(codeValidationFailed, "")
			for _, option := range options {
				option(err)
			}
			err.Message = validationMessage(rule.Name, err.Message)
			// What is wrong in a fragment comes up again wherever the fragment is spread.
			if !slices.ContainsFunc(errs, func(other *gqlerror.Error) bool {
				return other.Message == err.Message && slices.Equal(other.Locations, err.Locations)
			}) {
				errs = append(errs, err)
			}
		})
	}
	validator.Walk(d.schema, document, &observers)
	return d.limits.cut(errs)
}
