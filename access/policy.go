package access

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"accountql/logto"
)

// ErrUnknown says that Logto didn't tell the tenant's policy, which the operator
// has chosen to follow.
var ErrUnknown = errors.New("what the tenant allows is not known")

// Policy is the operator's choice. The zero value allows everything.
type Policy struct {
	// FollowTenant takes what Fields leaves out from the tenant's account center.
	FollowTenant bool
	// Fields holds what is set for single parts.
	Fields map[Field]Access
}

// ParsePolicy reads the entries of FIELD_ACCESS: "email=readOnly" for a part, and
// "logto" to follow the tenant. Its error continues a sentence that begins with
// the setting's name.
func ParsePolicy(entries []string) (Policy, error) {
	policy := Policy{Fields: map[Field]Access{}}
	for i, entry := range entries {
		if entry == "logto" {
			if policy.FollowTenant {
				return Policy{}, errors.New("lists logto twice")
			}
			policy.FollowTenant = true
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		field, known := fieldOf(strings.TrimSpace(name))
		if !known {
			return Policy{}, fmt.Errorf("entry %d names no part of an account", i+1)
		}
		if _, given := policy.Fields[field]; given {
			return Policy{}, fmt.Errorf("lists %s twice", field.setting())
		}
		access, known := accessOf(strings.TrimSpace(value))
		if !known {
			return Policy{}, fmt.Errorf("gives %s neither off, readOnly nor edit", field.setting())
		}
		policy.Fields[field] = access
	}
	return policy, nil
}

func fieldOf(setting string) (field Field, known bool) {
	for _, field := range Fields() {
		if field.setting() == setting {
			return field, true
		}
	}
	return "", false
}

func accessOf(setting string) (access Access, known bool) {
	switch setting {
	case "off":
		return Off, true
	case "readOnly":
		return ReadOnly, true
	case "edit":
		return Edit, true
	}
	return "", false
}

// Apply works out what may be done. center is the tenant's account center and err
// the reason why it isn't known; both are nil when the policy doesn't follow it.
func (p Policy) Apply(center *logto.AccountCenter, err error) Set {
	set := Set{access: map[Field]Access{}}
	if err != nil {
		set.unknown = fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	for _, field := range Fields() {
		switch given, isGiven := p.Fields[field]; {
		case isGiven:
			set.access[field] = given
		case !p.FollowTenant || field == PersonalAccessToken || field == Account:
			// Logto's account center has neither of the two.
			set.access[field] = Edit
		case err == nil:
			set.access[field] = ofTenant(center, field)
		}
	}
	return set
}

// ofTenant reads a part of the account center. A center that is disabled and a
// part that it doesn't name are off, as they are at Logto.
func ofTenant(center *logto.AccountCenter, field Field) Access {
	if !center.Enabled {
		return Off
	}
	switch center.Fields[field.setting()] {
	case logto.FieldEdit:
		return Edit
	case logto.FieldReadOnly:
		return ReadOnly
	default:
		return Off
	}
}

// Set is what may be done with each part of the account. The zero value allows
// nothing.
type Set struct {
	// access lacks the parts that can't be told.
	access  map[Field]Access
	unknown error
}

// Of tells what may be done with a part. It fails with ErrUnknown when the tenant
// decides and can't be asked.
func (s Set) Of(field Field) (Access, error) {
	access, known := s.access[field]
	if !known {
		return Off, s.unknown
	}
	return access, nil
}

// Readable tells whether a part may be seen. With an error it may not.
func (s Set) Readable(field Field) (bool, error) {
	access, err := s.Of(field)
	return access != Off, err
}

// Editable tells whether a part may be changed. With an error it may not: as long
// as the tenant can't be asked nothing may, whatever is set for single parts.
func (s Set) Editable(field Field) (bool, error) {
	return s.unknown == nil && s.access[field] == Edit, s.unknown
}

// AtMost returns the set with a part that allows no more than limit.
func (s Set) AtMost(field Field, limit Access) Set {
	if limit == Off || s.access[field] == Edit {
		s.access = maps.Clone(s.access)
		s.access[field] = limit
	}
	return s
}
