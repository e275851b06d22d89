package account

import (
	"context"
	"fmt"

	"accountql/access"
	"accountql/logto"
)

// Access tells what the person may do with each part of the account. Custom data
// allows no more than its lists of keys do.
func (s *Service) Access(ctx context.Context) access.Set {
	set := s.fieldAccess(ctx)
	switch {
	case !s.WritableCustomData.Empty():
		return set
	case !s.ReadableCustomData.Empty():
		return set.AtMost(access.CustomData, access.ReadOnly)
	default:
		return set.AtMost(access.CustomData, access.Off)
	}
}

// fieldAccess asks the tenant only where the operator has chosen to follow it.
func (s *Service) fieldAccess(ctx context.Context) access.Set {
	var center *logto.AccountCenter
	var err error
	if s.FieldAccess.FollowTenant {
		center, err = s.Tenant.AccountCenter(ctx)
	}
	return s.FieldAccess.Apply(center, err)
}

// editable refuses the change of a part that may not be changed. Of custom data it
// doesn't say which keys may be: checkCustomData does.
func (s *Service) editable(ctx context.Context, field access.Field, path ...string) error {
	editable, err := s.fieldAccess(ctx).Editable(field)
	if err != nil {
		return fmt.Errorf("look up field access: %w", err)
	}
	if editable {
		return nil
	}
	s.Logger.WarnContext(ctx, "change refused: FIELD_ACCESS, or the account center if FIELD_ACCESS follows it, must allow to edit the field",
		"field", string(field))
	return fail(FieldNotEditable, "This can't be changed here.", path...)
}
