import { graphql, type ResultOf } from "./graphql";

/** What every mutation's payload selects of its errors. */
export const AccountErrorParts = graphql(`
  fragment AccountErrorParts on AccountError {
    __typename
    code
    message
    path
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

export type AccountError = ResultOf<typeof AccountErrorParts>;

/** The input field that an error is about: `profile.birthdate`, or "" for none. */
export function fieldOf(error: AccountError): string {
  return error.path?.slice(1).join(".") ?? "";
}
