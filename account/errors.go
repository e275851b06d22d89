package account

import "strings"

// Code is one of the schema's AccountErrorCode.
type Code string

// The codes that this package's operations answer with. schema.graphqls says
// what each means to a client.
const (
	InvalidInput     Code = "INVALID_INPUT"
	ValueTooLong     Code = "VALUE_TOO_LONG"
	FieldNotEditable Code = "FIELD_NOT_EDITABLE"
	LastSignInMethod Code = "LAST_SIGN_IN_METHOD"
	PartlyDone       Code = "PARTLY_DONE"
)

// Error is something that the person can mend. It goes into the payload's
// errors.
type Error struct {
	Code Code
	// Message says what is wrong and what to do, in words for the person.
	Message string
	// Path leads to the input field: "input", "profile", "birthdate".
	Path []string
}

// Error implements error.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Errors are all that was wrong with one input.
type Errors []*Error

// Error implements error.
func (es Errors) Error() string {
	texts := make([]string, len(es))
	for i, e := range es {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// orNil keeps an empty list from becoming an error that is not nil.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	return es
}
