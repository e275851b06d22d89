package access

import (
	"errors"
	"fmt"
	"slices"
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

// Apply tells what may be done. center is the tenant's account center and err the
// reason why it isn't known; both are nil when the policy doesn't follow it.
func (p Policy) Apply(center *logto.AccountCenter, err error) Set {
	set := Set{policy: &p, center: center}
	if err != nil {
		set.unknown = fmt.Errorf("%w: %w", ErrUnknown, err)
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
// nothing. It is worked out part by part, since every request has one and most ask
// for a few parts.
type Set struct {
	policy  *Policy
	center  *logto.AccountCenter
	unknown error
	limits  []limit
}

// limit is the most that a part allows.
type limit struct {
	field Field
	most  Access
}

// Of tells what may be done with a part. It fails with ErrUnknown when the tenant
// decides and can't be asked.
func (s Set) Of(field Field) (Access, error) {
	access, err := s.given(field)
	for _, l := range s.limits {
		switch {
		case l.field != field:
		case l.most == Off:
			return Off, nil
		case access == Edit:
			access = l.most
		}
	}
	return access, err
}

// given is Of before any limits.
func (s Set) given(field Field) (Access, error) {
	if s.policy == nil {
		return Off, nil
	}
	if given, isGiven := s.policy.Fields[field]; isGiven {
		return given, nil
	}
	switch {
	case !s.policy.FollowTenant || field == PersonalAccessToken || field == Account:
		return Edit, nil // Logto's account center has neither of the two.
	case s.unknown != nil:
		return Off, s.unknown
	}
	return ofTenant(s.center, field), nil
}

// Readable tells whether a part may be seen. With an error it may not.
func (s Set) Readable(field Field) (bool, error) {
	access, err := s.Of(field)
	return access != Off, err
}

// Editable tells whether a part may be changed. With an error it may not: as long
// as the tenant can't be asked nothing may, whatever is set for single parts.
func (s Set) Editable(field Field) (bool, error) {
	if s.unknown != nil {
		return false, s.unknown
	}
	access, err := s.Of(field)
	return access == Edit, err
}

// AtMost returns the set with a part that allows no more than that.
func (s Set) AtMost(field Field, most Access) Set {
	s.limits = append(slices.Clip(s.limits), limit{field, most})
	return s
}
