package account

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"accountql/access"
	"accountql/logto"
)

const (
	// maxCustomDataSize bounds the data of one change, in bytes of JSON. It leaves
	// room in a request for what a client escapes.
	maxCustomDataSize = 64 << 10
	// maxStoredCustomDataSize keeps all of it, in bytes of JSON, under the 1 MB body
	// that Logto takes when it is replaced. Past that it answers a plain 404.
	maxStoredCustomDataSize = 1000 << 10
	// maxCustomDataDepth bounds how deep objects and lists may nest.
	maxCustomDataDepth = 32
)

// Keys is a set of top-level keys of custom data.
type Keys struct {
	all   bool
	names []string
}

// NewKeys makes a set of the names; "*" stands for every key.
func NewKeys(names []string) Keys {
	return Keys{all: slices.Contains(names, "*"), names: names}
}

// Has tells whether the set holds key.
func (k Keys) Has(key string) bool { return k.all || slices.Contains(k.names, key) }

// Empty tells whether the set holds no key.
func (k Keys) Empty() bool { return !k.all && len(k.names) == 0 }

// Readable returns the part of stored custom data that the person may see.
func (k Keys) Readable(stored json.RawMessage) (json.RawMessage, error) {
	if k.all {
		return stored, nil
	}
	data, err := decodeObject(stored)
	if err != nil {
		return nil, fmt.Errorf("decode stored custom data: %w", err)
	}
	for key := range data {
		if !k.Has(key) {
			delete(data, key)
		}
	}
	return json.Marshal(data)
}

// UpdateCustomData changes the custom data and returns the user as it is then.
// Merging sets the top-level keys of data; replacing makes the keys that are
// readable and writable exactly those of data and leaves all others.
func (s *Service) UpdateCustomData(ctx context.Context, caller Caller, data json.RawMessage, replace bool) (*logto.User, error) {
	if err := s.editable(ctx, access.CustomData, "input", "data"); err != nil {
		return nil, err
	}
	if err := s.checkCustomData(ctx, data, replace); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		var whole json.RawMessage
		if replace || len(t.user.CustomData)+len(data) > maxStoredCustomDataSize { // Else merging can't make too much of it.
			var err error
			if whole, err = t.wholeCustomData(data, func(key string) bool { return !replace || !s.replaceable(key) }); err != nil {
				return nil, err
			}
		}
		if err := t.hold(ctx); err != nil {
			return nil, err
		}
		if replace {
			return t.replaceCustomData(ctx, whole)
		}
		return t.mergeCustomData(ctx, data)
	})
}

// wholeCustomData works out what the custom data will be. It must not outgrow what
// can be read again: an account whose user is too large for an answer could not be
// changed any more, nor mended here.
func (t *turn) wholeCustomData(data json.RawMessage, stays func(string) bool) (json.RawMessage, error) {
	stored, err := decodeObject(t.user.CustomData)
	if err != nil {
		return nil, fmt.Errorf("decode stored custom data: %w", err)
	}
	change, err := decodeObject(data)
	if err != nil {
		return nil, fmt.Errorf("decode custom data: %w", err)
	}
	maps.DeleteFunc(stored, func(key string, _ json.RawMessage) bool { return !stays(key) })
	maps.Copy(stored, change)
	whole, err := json.Marshal(stored)
	if err != nil {
		return nil, fmt.Errorf("encode custom data: %w", err)
	}
	if len(whole) > maxStoredCustomDataSize && len(whole) > len(t.user.CustomData) {
		return nil, fail(ValueTooLong, "Together with what is stored, the data is larger than can be kept. Make it smaller.", "input", "data")
	}
	return whole, nil
}

func (t *turn) mergeCustomData(ctx context.Context, data json.RawMessage) (*logto.User, error) {
	stored, err := t.Logto.UpdateCustomData(ctx, t.user.ID, data)
	if err != nil {
		return nil, fmt.Errorf("update custom data: %w", notFound(err))
	}
	after := *t.user
	after.CustomData = stored
	after.UpdatedAt = logto.Time{} // Logto's answer doesn't tell it.
	return &after, nil
}

func (t *turn) replaceCustomData(ctx context.Context, whole json.RawMessage) (*logto.User, error) {
	after, err := t.Logto.UpdateUser(ctx, t.user.ID, logto.UserPatch{CustomData: whole})
	if err != nil {
		return nil, fmt.Errorf("replace custom data: %w", notFound(err))
	}
	after.SsoIdentities = t.user.SsoIdentities // Logto's answer doesn't tell them.
	return after, nil
}

// replaceable is true of keys that the person may both see and change: what
// can't be seen can't be left out on purpose.
func (s *Service) replaceable(key string) bool {
	return s.ReadableCustomData.Has(key) && s.WritableCustomData.Has(key)
}

func (s *Service) checkCustomData(ctx context.Context, data json.RawMessage, replace bool) error {
	path := []string{"input", "data"}
	if len(data) > maxCustomDataSize {
		return Errors{{
			Code: ValueTooLong, Path: path,
			Message: fmt.Sprintf("At most %d kB of JSON are allowed.", maxCustomDataSize>>10),
		}}
	}
	value, problem := checkJSON(data)
	if problem != "" {
		return Errors{{Code: InvalidInput, Path: path, Message: problem}}
	}
	change, ok := value.(map[string]any)
	if !ok {
		return Errors{{Code: InvalidInput, Path: path, Message: "The data must be a JSON object, such as {\"theme\": \"dark\"}."}}
	}
	var errs Errors
	for key := range change {
		if s.WritableCustomData.Has(key) && (!replace || s.replaceable(key)) {
			continue
		}
		errs = append(errs, &Error{
			Code: FieldNotEditable, Path: append(slices.Clone(path), key),
			Message: "This key of the custom data can't be changed here.",
		})
	}
	if len(errs) > 0 {
		slices.SortFunc(errs, func(a, b *Error) int { return slices.Compare(a.Path, b.Path) })
		s.Logger.WarnContext(ctx, "custom data key refused: CUSTOM_DATA_WRITABLE, and to replace CUSTOM_DATA_READABLE, must list a key before it can be changed",
			"keys", len(errs))
	}
	return errs.orNil()
}

func decodeObject(data json.RawMessage) (map[string]json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, fmt.Errorf("null is not an object")
	}
	return object, nil
}

// checkJSON looks for what Logto answers with an error of its own that helps
// nobody: NUL (500), __proto__ and constructor.prototype (400), for numbers past
// what JavaScript has, which it would turn into null, and for nesting that has no
// end. It returns the value, and what is wrong in words, or "".
func checkJSON(data json.RawMessage) (value any, problem string) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, "The data is not JSON."
	}
	return value, checkValue(value, 1)
}

func checkValue(value any, depth int) string {
	if depth > maxCustomDataDepth {
		return fmt.Sprintf("The data is nested deeper than %d levels.", maxCustomDataDepth)
	}
	switch value := value.(type) {
	case string:
		if strings.ContainsRune(value, 0) {
			return "The data holds a NUL character. Remove it."
		}
	case json.Number:
		if _, err := value.Float64(); err != nil {
			return "The data holds a number that is too large to be kept."
		}
	case []any:
		for _, item := range value {
			if problem := checkValue(item, depth+1); problem != "" {
				return problem
			}
		}
	case map[string]any:
		return checkObject(value, depth)
	}
	return ""
}

func checkObject(object map[string]any, depth int) string {
	for key, item := range object {
		if strings.ContainsRune(key, 0) {
			return "A key of the data holds a NUL character. Remove it."
		}
		if key == "__proto__" || key == "constructor" && hasMember(item, "prototype") {
			return "The keys __proto__ and constructor.prototype can't be stored. Choose others."
		}
		if problem := checkValue(item, depth+1); problem != "" {
			return problem
		}
	}
	return ""
}

func hasMember(value any, name string) bool {
	object, _ := value.(map[string]any)
	_, ok := object[name]
	return ok
}
