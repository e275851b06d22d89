package graph

import (
	"context"
	"encoding/json"

	"accountql/account"
	"accountql/graph/model"
)

// VerifyPassword resolves Mutation.verifyPassword.
func (r *mutationResolver) VerifyPassword(ctx context.Context, input model.VerifyPasswordInput) (*model.VerifyPasswordPayload, error) {
	proof, err := r.Account.VerifyPassword(ctx, caller(ctx), input.Password)
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.VerifyPasswordPayload{Verification: verificationProof(proof), Errors: errs}, nil
}

// SendVerificationCode resolves Mutation.sendVerificationCode.
func (r *mutationResolver) SendVerificationCode(ctx context.Context, input model.SendVerificationCodeInput) (*model.SendVerificationCodePayload, error) {
	challenge, err := r.Account.SendVerificationCode(ctx, caller(ctx), account.CodeRequest{
		Email: input.Email.Value(), Phone: input.Phone.Value(), StepUpProof: input.StepUpProof.Value(),
	})
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.SendVerificationCodePayload{Errors: errs}
	if challenge != nil {
		payload.Challenge = &model.VerificationChallenge{
			ID: challenge.Token, MaskedTarget: challenge.MaskedTarget,
			ExpiresAt: challenge.ExpiresAt, ResendAvailableAt: challenge.ResendAllowed,
		}
	}
	return payload, nil
}

// VerifyCode resolves Mutation.verifyCode.
func (r *mutationResolver) VerifyCode(ctx context.Context, input model.VerifyCodeInput) (*model.VerifyCodePayload, error) {
	proof, err := r.Account.VerifyCode(ctx, caller(ctx), input.ChallengeID, input.Code)
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.VerifyCodePayload{Verification: verificationProof(proof), Errors: errs}, nil
}

// StartReauthentication resolves Mutation.startReauthentication.
func (r *mutationResolver) StartReauthentication(ctx context.Context) (*model.StartReauthenticationPayload, error) {
	started, err := r.Account.StartReauthentication(ctx, caller(ctx))
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.StartReauthenticationPayload{Errors: errs}
	if started != nil {
		// A nonce is letters and digits, which always marshal.
		parameters, _ := json.Marshal(map[string]any{"max_age": 0, "nonce": started.Nonce})
		payload.Reauthentication = &model.Reauthentication{
			ID: started.Token, Nonce: started.Nonce, AuthorizationParameters: parameters, ExpiresAt: started.ExpiresAt,
		}
	}
	return payload, nil
}

// CompleteReauthentication resolves Mutation.completeReauthentication.
func (r *mutationResolver) CompleteReauthentication(ctx context.Context, input model.CompleteReauthenticationInput) (*model.CompleteReauthenticationPayload, error) {
	proof, err := r.Account.CompleteReauthentication(ctx, caller(ctx), input.ID, input.IDToken)
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.CompleteReauthenticationPayload{Verification: verificationProof(proof), Errors: errs}, nil
}

func verificationProof(proof *account.Proof) *model.VerificationProof {
	if proof == nil {
		return nil
	}
	return &model.VerificationProof{Proof: proof.Token, Kind: proof.Kind, Method: proof.Method, ExpiresAt: proof.ExpiresAt}
}
