package graphqlhttp

import (
	"sort"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules returns the rules that documents must follow. None suggests names ("Did you mean …?"): that would tell
// of a schema that can't be asked for, and comparing each wrong name with all right ones takes long. Where introspection
// is on, editors make better suggestions.
func validationRules(introspection bool) []validator.Rule {
	set := rules.NewDefaultRules()
	for _, swap := range []struct{ suggesting, silent core.Rule }{
		{rules.FieldsOnCorrectTypeRule, rules.FieldsOnCorrectTypeRuleWithoutSuggestions},
		{rules.KnownArgumentNamesRule, rules.KnownArgumentNamesRuleWithoutSuggestions},
		{rules.KnownTypeNamesRule, rules.KnownTypeNamesRuleWithoutSuggestions},
		{rules.ScalarLeafsRule, rules.ScalarLeafsRuleWithoutSuggestions},
		{rules.ValuesOfCorrectTypeRule, rules.ValuesOfCorrectTypeRuleWithoutSuggestions},
	} {
		set.ReplaceRule(swap.suggesting.Name, swap.silent.RuleFunc)
	}
	set.ReplaceRule(rules.OverlappingFieldsCanBeMergedRule.Name, overlappingFieldsCanBeMerged)
	if !introspection {
		set.AddRule("NoIntrospection", noIntrospection)
	}
	var sorted []validator.Rule
	for name, rule := range set.GetInner() {
		sorted = append(sorted, validator.Rule{Name: name, RuleFunc: rule})
	}
	// The order of the rules is the order of the errors of one place.
	sort.Sort(core.NameSorter(sorted))
	return sorted
}

// noIntrospection refuses __schema and __type. __typename stays: clients can't do without it, and it tells nothing.
func noIntrospection(observers *core.Events, addError core.AddErrFunc) {
	observers.OnField(func(_ *core.Walker, field *ast.Field) {
		if field.Name == "__schema" || field.Name == "__type" {
			addError(core.Message("Introspection is off on this server."), core.At(field.Position))
		}
	})
}
