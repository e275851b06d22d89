package logtotest

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// undefined stands for a key that is not there, as JavaScript tells it from null.
type undefined struct{}

// schema checks a value as zod does: it returns what is left of the value
// (unknown keys dropped) and the issues, in zod's words.
type schema func(value any, path []any) (any, []object)

// guard applies a schema to a request's body or query.
func guard(part string, check schema, value any) (any, *response) {
	parsed, issues := check(value, []any{})
	if len(issues) == 0 {
		return parsed, nil
	}
	details := make([]string, len(issues))
	for i, issue := range issues {
		details[i] = describeIssue(issue)
	}
	failure := fail(http.StatusBadRequest, "guard.invalid_input").
		with("message", "The request "+part+" is invalid.").
		with("data", object{"name": "ZodError", "issues": issues}).
		with("details", strings.Join(details, "\n"))
	return nil, &failure
}

func describeIssue(issue object) string {
	keys := make([]string, 0, len(issue["path"].([]any)))
	for _, key := range issue["path"].([]any) {
		keys = append(keys, fmt.Sprint(key))
	}
	text := issue["message"]
	if issue["code"] == "invalid_type" {
		text = fmt.Sprintf("Expected %v but received %v.", issue["expected"], issue["received"])
	}
	return fmt.Sprintf("Error in key path %q: (%v) %v", strings.Join(keys, "."), issue["code"], text)
}

func typeName(value any) string {
	switch value.(type) {
	case undefined:
		return "undefined"
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// ofType passes values of one JavaScript type.
func ofType(name string) schema {
	return func(value any, path []any) (any, []object) {
		received := typeName(value)
		if received == name {
			return value, nil
		}
		message := fmt.Sprintf("Expected %s, received %s", name, received)
		if received == "undefined" {
			message = "Required"
		}
		return nil, []object{{"code": "invalid_type", "expected": name, "received": received, "path": path, "message": message}}
	}
}

// anything passes every value, and a missing one.
func anything(value any, _ []any) (any, []object) { return value, nil }

// length bounds a string in UTF-16 units, as JavaScript counts; a maximum of 0
// means none.
func length(minimum, maximum int) schema {
	return func(value any, path []any) (any, []object) {
		text, issues := ofType("string")(value, path)
		if issues != nil {
			return nil, issues
		}
		units := len(utf16.Encode([]rune(text.(string))))
		switch {
		case units < minimum:
			return nil, []object{{
				"code": "too_small", "minimum": minimum, "type": "string", "inclusive": true, "exact": false,
				"message": fmt.Sprintf("String must contain at least %d character(s)", minimum), "path": path,
			}}
		case maximum > 0 && units > maximum:
			return nil, []object{{
				"code": "too_big", "maximum": maximum, "type": "string", "inclusive": true, "exact": false,
				"message": fmt.Sprintf("String must contain at most %d character(s)", maximum), "path": path,
			}}
		}
		return text, nil
	}
}

// integer bounds a whole number.
func integer(minimum, maximum float64) schema {
	return func(value any, path []any) (any, []object) {
		number, issues := ofType("number")(value, path)
		if issues != nil {
			return nil, issues
		}
		switch n := number.(float64); {
		case n != math.Trunc(n):
			return nil, []object{{
				"code": "invalid_type", "expected": "integer", "received": "float",
				"message": "Expected integer, received float", "path": path,
			}}
		case n < minimum:
			return nil, []object{{
				"code": "too_small", "minimum": minimum, "type": "number", "inclusive": true, "exact": false,
				"message": fmt.Sprintf("Number must be greater than or equal to %v", minimum), "path": path,
			}}
		case n > maximum:
			return nil, []object{{
				"code": "too_big", "maximum": maximum, "type": "number", "inclusive": true, "exact": false,
				"message": fmt.Sprintf("Number must be less than or equal to %v", maximum), "path": path,
			}}
		}
		return number, nil
	}
}

func matching(pattern *regexp.Regexp) schema {
	return func(value any, path []any) (any, []object) {
		text, issues := ofType("string")(value, path)
		if issues != nil {
			return nil, issues
		}
		if !pattern.MatchString(text.(string)) {
			return nil, []object{{"validation": "regex", "code": "invalid_string", "message": "Invalid", "path": path}}
		}
		return text, nil
	}
}

func literal(want string) schema {
	return func(value any, path []any) (any, []object) {
		if value == want {
			return value, nil
		}
		return nil, []object{{
			"received": value, "code": "invalid_literal", "expected": want, "path": path,
			"message": fmt.Sprintf("Invalid literal value, expected %q", want),
		}}
	}
}

func oneOf(options ...string) schema {
	return func(value any, path []any) (any, []object) {
		text, issues := ofType("string")(value, path)
		if issues != nil {
			return nil, issues
		}
		if !slices.Contains(options, text.(string)) {
			return nil, []object{{
				"received": text, "code": "invalid_enum_value", "options": options, "path": path,
				"message": fmt.Sprintf("Invalid enum value. Expected '%s', received '%s'", strings.Join(options, "' | '"), text),
			}}
		}
		return text, nil
	}
}

func optional(check schema) schema {
	return func(value any, path []any) (any, []object) {
		if value == (undefined{}) {
			return value, nil
		}
		return check(value, path)
	}
}

func nullable(check schema) schema {
	return func(value any, path []any) (any, []object) {
		if value == nil {
			return nil, nil
		}
		return check(value, path)
	}
}

// either is zod's union: the first branch that passes, else the first that failed
// in its checks alone (the type being right), else an invalid_union of them all.
func either(branches ...schema) schema {
	return func(value any, path []any) (any, []object) {
		var failed, dirty []object
		for _, branch := range branches {
			parsed, issues := branch(value, path)
			if len(issues) == 0 {
				return parsed, nil
			}
			if dirty == nil && !slices.ContainsFunc(issues, aborts) {
				dirty = issues
			}
			failed = append(failed, object{"issues": issues, "name": "ZodError"})
		}
		if dirty != nil {
			return nil, dirty
		}
		return nil, []object{{"code": "invalid_union", "unionErrors": failed, "path": path, "message": "Invalid input"}}
	}
}

func aborts(issue object) bool {
	return !slices.Contains([]any{"too_small", "too_big", "invalid_string"}, issue["code"])
}

// listOf checks each element of an array.
func listOf(check schema) schema {
	return func(value any, path []any) (any, []object) {
		list, issues := ofType("array")(value, path)
		if issues != nil {
			return nil, issues
		}
		parsed := make([]any, 0, len(list.([]any)))
		for i, element := range list.([]any) {
			result, found := check(element, child(path, i))
			issues = append(issues, found...)
			parsed = append(parsed, result)
		}
		return parsed, issues
	}
}

// field is a key of a shape; zod reports issues in the order of the keys.
type field struct {
	key   string
	check schema
}

// shape is zod's object: it checks the named keys and drops all others.
func shape(fields ...field) schema {
	return func(value any, path []any) (any, []object) {
		source, issues := ofType("object")(value, path)
		if issues != nil {
			return nil, issues
		}
		parsed := object{}
		for _, f := range fields {
			element, present := source.(object)[f.key]
			if !present {
				element = undefined{}
			}
			result, found := f.check(element, child(path, f.key))
			issues = append(issues, found...)
			if result != (undefined{}) {
				parsed[f.key] = result
			}
		}
		return parsed, issues
	}
}

func child(path []any, key any) []any { return append(slices.Clone(path), key) }
