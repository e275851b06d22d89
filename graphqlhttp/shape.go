package graphqlhttp

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// extent is how large a part of a document is, fragments spread out. Fragments that spread others twice each are 2^n
// times as large as what they are made of: as float64 such numbers are counted without overflow, and all that are within
// a limit are exact.
type extent struct {
	// depth is that of the deepest part, the others are sums. variables are the places where variables are used.
	depth, nodes, variables, aliases, directives, rootFields, complexity float64
}

// beside adds a part that stands next to e.
func (e *extent) beside(other extent) {
	e.depth = max(e.depth, other.depth)
	e.nodes += other.nodes
	e.variables += other.variables
	e.aliases += other.aliases
	e.directives += other.directives
	e.rootFields += other.rootFields
	e.complexity += other.complexity
}

// below makes e the part below one more level.
func (e *extent) below() {
	e.depth++
	e.nodes++
}

// shape measures a document that isn't validated yet, in a time that grows with its text alone.
type shape struct {
	documents *documents
	fragments map[string]*ast.FragmentDefinition
	// measured are the fragments that are done, and, as nil, those that are under way.
	measured map[*ast.FragmentDefinition]*extent
	// cycle is a spread, inside of a fragment, of that fragment.
	cycle *ast.FragmentSpread
}

func (d *documents) shapeOf(document *ast.QueryDocument) *shape {
	s := shape{
		documents: d,
		fragments: make(map[string]*ast.FragmentDefinition, len(document.Fragments)),
		measured:  make(map[*ast.FragmentDefinition]*extent, len(document.Fragments)),
	}
	for _, fragment := range document.Fragments {
		if s.fragments[fragment.Name] == nil { // Of equal names the first counts in validation too, which then refuses them.
			s.fragments[fragment.Name] = fragment
		}
	}
	return &s
}

// checkShape refuses documents over the limits, before validation, which costs more than this, has to look at them. It
// refuses cycles of fragments too, so that whoever comes after it needn't beware of them.
func (d *documents) checkShape(document *ast.QueryDocument) *gqlerror.Error {
	s := d.shapeOf(document)
	var all extent
	for _, fragment := range document.Fragments {
		all.beside(s.fragment(fragment))
	}
	if s.cycle != nil {
		return at(s.cycle.Position, coded(codeValidationFailed, validationMessage("", fmt.Sprintf("Cannot spread fragment %q within itself.", s.cycle.Name))))
	}
	for _, operation := range document.Operations {
		e := s.operation(operation)
		if err := d.limits.check(operation, e); err != nil {
			return err
		}
		all.beside(e)
	}
	// Validation looks at a variable's default value wherever the variable is used.
	return d.limits.checkSpread(all.nodes + all.variables*s.largestDefault(document))
}

// largestDefault returns the nodes of the largest default value of a variable.
func (s *shape) largestDefault(document *ast.QueryDocument) float64 {
	largest := 0.0
	for _, operation := range document.Operations {
		for _, variable := range operation.VariableDefinitions {
			largest = max(largest, s.value(variable.DefaultValue).nodes)
		}
	}
	return largest
}

func (s *shape) operation(operation *ast.OperationDefinition) extent {
	var root *ast.Definition
	switch operation.Operation {
	case ast.Query:
		root = s.documents.schema.Query
	case ast.Mutation:
		root = s.documents.schema.Mutation
	}
	e := s.selections(root, operation.SelectionSet)
	e.beside(s.directives(operation.Directives))
	for _, variable := range operation.VariableDefinitions {
		e.beside(s.directives(variable.Directives))
		e.beside(s.value(variable.DefaultValue))
		e.beside(extent{depth: depthOf(variable.Type), nodes: 1})
	}
	return e
}

// fragment measures a fragment once, however often it is spread.
func (s *shape) fragment(fragment *ast.FragmentDefinition) extent {
	if known := s.measured[fragment]; known != nil {
		return *known
	}
	s.measured[fragment] = nil
	e := s.selections(s.documents.schema.Types[fragment.TypeCondition], fragment.SelectionSet)
	e.beside(s.directives(fragment.Directives))
	s.measured[fragment] = &e
	return e
}

func (s *shape) selections(parent *ast.Definition, selections ast.SelectionSet) extent {
	var sum extent
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			sum.beside(s.field(parent, selection))
		case *ast.InlineFragment:
			within := parent
			if selection.TypeCondition != "" {
				within = s.documents.schema.Types[selection.TypeCondition]
			}
			e := s.selections(within, selection.SelectionSet)
			e.beside(s.directives(selection.Directives))
			e.below()
			sum.beside(e)
		case *ast.FragmentSpread:
			e := s.spread(selection)
			e.beside(s.directives(selection.Directives))
			e.below()
			sum.beside(e)
		}
	}
	return sum
}

func (s *shape) spread(spread *ast.FragmentSpread) extent {
	fragment := s.fragments[spread.Name]
	if fragment == nil || s.cycle != nil {
		return extent{} // It is refused anyway.
	}
	if e, begun := s.measured[fragment]; begun && e == nil {
		s.cycle = spread
		return extent{}
	}
	return s.fragment(fragment)
}

func (s *shape) field(parent *ast.Definition, field *ast.Field) extent {
	size := 1.0
	var result *ast.Definition
	if parent != nil {
		if definition := parent.Fields.ForName(field.Name); definition != nil {
			result, size = s.documents.schema.Types[definition.Type.Name()], s.documents.listSize(definition)
		}
	}
	e := s.selections(result, field.SelectionSet)
	// A list repeats the names in its elements, and only an alias can be long.
	e.complexity = size * (1 + float64(len(field.Alias)/valueBytes) + e.complexity)
	for _, argument := range field.Arguments {
		e.beside(s.value(argument.Value))
	}
	e.beside(s.directives(field.Directives))
	e.below()
	e.rootFields = 1
	if field.Alias != field.Name {
		e.aliases++
	}
	return e
}

func (s *shape) directives(directives ast.DirectiveList) extent {
	sum := extent{directives: float64(len(directives)), nodes: float64(len(directives))}
	for _, directive := range directives {
		for _, argument := range directive.Arguments {
			sum.beside(s.value(argument.Value))
		}
	}
	return sum
}

// value measures a literal. One that is no list and no object has no depth.
func (s *shape) value(value *ast.Value) extent {
	var e extent
	if value == nil {
		return e
	}
	for _, child := range value.Children {
		e.beside(s.value(child.Value))
	}
	switch value.Kind {
	case ast.ListValue, ast.ObjectValue:
		e.depth++
	case ast.Variable:
		e.variables++
	}
	e.nodes++
	return e
}

// depthOf is how many lists a type is wrapped in.
func depthOf(t *ast.Type) float64 {
	depth := 0.0
	for ; t.Elem != nil; t = t.Elem {
		depth++
	}
	return depth
}
