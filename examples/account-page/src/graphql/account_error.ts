import { graphql, type ResultOf } from "./graphql";

/**
 * What some errors have beside `code`, `message` and `path`. Those are selected outside
 * of this fragment, so that errors of types that this page doesn't know have them too.
 */
export const AccountErrorDetails = graphql(`
  fragment AccountErrorDetails on AccountError {
    __typename
    ... on StepUpRequiredError {
      methods
    }
    ... on RateLimitedError {
      retryAfterSeconds
    }
    ... on InvalidCodeError {
      attemptsRemaining
    }
    ... on PasswordRejectedError {
      violations {
        code
        message
      }
    }
  }
`);

export type AccountError = ResultOf<typeof AccountErrorDetails> & {
  code: string;
  message: string;
  path: readonly string[] | null;
};

/** What the page itself finds wrong with a field, before the server is asked. */
export function inputError(message: string, ...field: string[]): AccountError {
  return { __typename: "BasicError", code: "INVALID_INPUT", message, path: ["input", ...field] };
}

/** The input field that an error is about: `profile.birthdate`, or "" for none. */
export function fieldOf(error: AccountError): string {
  return error.path?.slice(1).join(".") ?? "";
}
