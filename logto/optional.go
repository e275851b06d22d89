package logto

import "encoding/json"

// Optional is a field of a change. Its zero value leaves the field as it is.
type Optional[T any] struct {
	given bool
	value *T
}

// Set changes a field to the value, or clears it where value is nil.
func Set[T any](value *T) Optional[T] {
	return Optional[T]{given: true, value: value}
}

// IsZero makes encoding/json leave out, with omitzero, what is not to change.
func (o Optional[T]) IsZero() bool { return !o.given }

// MarshalJSON writes the value, or null to clear the field.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }
