package graphqlhttp

import (
	"sort"
	"strconv"

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
	set.AddRule("NumbersFit", numbersFit)
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

// numbersFit says what to do about literals that Go's numbers can't hold. Of those in a JSON scalar other rules say only
// that the whole argument isn't what was expected.
func numbersFit(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		var err error
		switch value.Kind {
		case ast.IntValue:
			_, err = strconv.ParseInt(value.Raw, 10, 64)
		case ast.FloatValue:
			_, err = strconv.ParseFloat(value.Raw, 64)
		}
		if err != nil {
			addError(core.Message("A number is too large for a literal: send it in a variable."), core.At(value.Position))
		}
	})
}

// noIntrospection refuses __schema and __type. __typename stays: clients can't do without it, and it tells nothing.
func noIntrospection(observers *core.Events, addError core.AddErrFunc) {
	observers.OnField(func(_ *core.Walker, field *ast.Field) {
		if field.Name == "__schema" || field.Name == "__type" {
			addError(core.Message("Introspection is off on this server."), core.At(field.Position))
		}
	})
}
