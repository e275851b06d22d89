package main

import (
	"strings"
	"testing"
)

const generated = `package generated

func (e *executableSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	inputUnmarshalMap := graphql.BuildUnmarshalerMap(
		ec.unmarshalInputAddressInput,
		ec.unmarshalInputUserProfileInput,
	)
}

func (ec *executionContext) _User_id(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return graphql.ResolveField(
		func(ctx context.Context) (any, error) {
			return obj.ID, nil
		},
	)
}

func (ec *executionContext) _User_idea(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return graphql.ResolveField()
}

func (ec *executionContext) _User_identities(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return graphql.ResolveField()
}
`

const shortened = `package generated

func (e *executableSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	inputUnmarshalMap := graphql.BuildUnmarshalerMap()
}

func (ec *executionContext) _User_id(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return ec.marshalNID2string(ctx, field.Selections, obj.ID)
}

func (ec *executionContext) _User_idea(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	if v, err := obj.Idea(); err == nil {
		return ec.marshalOString2string(ctx, field.Selections, v)
	}
	return graphql.ResolveField()
}

func (ec *executionContext) _User_identities(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return graphql.ResolveField()
}
`

func TestShorten(t *testing.T) {
	t.Parallel()
	got, err := leaves{
		{function: "func (ec *executionContext) _User_id(", value: "obj.ID", marshal: "ec.marshalNID2string"},
		{function: "func (ec *executionContext) _User_idea(", value: "obj.Idea()", marshal: "ec.marshalOString2string", mayFail: true},
	}.shorten([]byte(generated))
	if err != nil || string(got) != shortened {
		t.Errorf("shorten: %v\n%s", err, got)
	}
}

// TestShortenNothing is what another release of gqlgen may bring.
func TestShortenNothing(t *testing.T) {
	t.Parallel()
	if code, err := (leaves{{function: "func (ec *executionContext) _User_name("}}).shorten([]byte(generated)); err == nil {
		t.Errorf("shortened a function that isn't there:\n%s", code)
	}
	if code, err := (leaves{}).shorten([]byte(strings.ReplaceAll(generated, "ec.unmarshalInput", "ec.decode"))); err == nil {
		t.Errorf("left out what isn't there:\n%s", code)
	}
}
