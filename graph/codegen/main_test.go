package main

import "testing"

const generated = `package generated

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
`

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		leaf leaf
		want string
	}{
		{
			"a value",
			leaf{function: "func (ec *executionContext) _User_id(", value: "obj.ID", marshal: "ec.marshalNID2string"},
			`package generated

func (ec *executionContext) _User_id(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return ec.marshalNID2string(ctx, field.Selections, obj.ID)
}

func (ec *executionContext) _User_idea(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return graphql.ResolveField()
}
`,
		},
		{
			"a method that may fail",
			leaf{function: "func (ec *executionContext) _User_idea(", value: "obj.Idea()", marshal: "ec.marshalOString2string", mayFail: true},
			`package generated

func (ec *executionContext) _User_id(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	return graphql.ResolveField(
		func(ctx context.Context) (any, error) {
			return obj.ID, nil
		},
	)
}

func (ec *executionContext) _User_idea(ctx context.Context, obj *model.User) (ret graphql.Marshaler) {
	if v, err := obj.Idea(); err == nil {
		return ec.marshalOString2string(ctx, field.Selections, v)
	}
	return graphql.ResolveField()
}
`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := shorten([]byte(generated), test.leaf)
			if err != nil || string(got) != test.want {
				t.Errorf("shorten: %v\n%s", err, got)
			}
		})
	}
}

// TestShortenNothing is what another release of gqlgen may bring.
func TestShortenNothing(t *testing.T) {
	t.Parallel()
	if code, err := shorten([]byte(generated), leaf{function: "func (ec *executionContext) _User_name("}); err == nil {
		t.Errorf("shortened a function that isn't there:\n%s", code)
	}
}
