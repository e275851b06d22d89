package account

import (
	"context"
	"fmt"

	"accountql/logto"
	"accountql/signin"
)

// KeepsWayIn tells whether the account survives the loss of a way to sign in:
// survives asks signin.Tenant about that loss. The tenant's settings may be a
// minute old.
func (s *Service) KeepsWayIn(
	ctx context.Context, user *logto.User, hasPassword bool, survives func(signin.Tenant, signin.Account) bool,
) (bool, error) {
	experience, err := s.Tenant.SignInExperience(ctx)
	if err != nil {
		return false, fmt.Errorf("look up ways to sign in: %w", err)
	}
	connectors, err := s.Tenant.Connectors(ctx)
	if err != nil {
		return false, fmt.Errorf("look up connectors: %w", err)
	}
	return survives(signin.Tenant{Experience: experience, Connectors: connectors}, signin.AccountOf(user, hasPassword)), nil
}

// keepsWayIn refuses a removal that would leave nothing to sign in with. The turn
// lasts until it is made, so that two removals can't each count on what the other
// takes away. What the tenant has turned off within the last minute lets nobody in,
// so its settings are read afresh.
func (t *turn) keepsWayIn(ctx context.Context, survives func(signin.Tenant, signin.Account) bool, path ...string) error {
	hasPassword, err := t.HasPassword(ctx, t.user)
	if err != nil {
		return err
	}
	if err := t.Tenant.Load(ctx); err != nil {
		return fmt.Errorf("read tenant's settings: %w", err)
	}
	keeps, err := t.KeepsWayIn(ctx, t.user, hasPassword, survives)
	if err != nil || keeps {
		return err
	}
	return fail(LastSignInMethod, "Nothing would be left to sign in with. Add another way first.", path...)
}
