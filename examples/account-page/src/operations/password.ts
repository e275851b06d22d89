import { AccountErrorDetails } from "../graphql/account_error";
import { graphql } from "../graphql/graphql";
import { ApplicationsParts } from "./applications";
import { PersonalAccessTokenParts } from "./personal_access_tokens";
import { SessionsParts } from "./sessions";
import { SignInMethodsParts } from "./sign_in_methods";

/** A new password may end sessions, grants and tokens. */
export const ChangePassword = graphql(
  `
    mutation ChangePassword($input: ChangePasswordInput!) {
      changePassword(input: $input) {
        user {
          ...SignInMethodsParts
          ...SessionsParts
          ...ApplicationsParts
          personalAccessTokens {
            ...PersonalAccessTokenParts
          }
        }
        errors {
          code
          message
          path
          ...AccountErrorDetails
        }
      }
    }
  `,
  [SignInMethodsParts, SessionsParts, ApplicationsParts, PersonalAccessTokenParts, AccountErrorDetails],
);
