import { AccountErrorDetails } from "../graphql/account_error";
import { graphql } from "../graphql/graphql";
import { SignInMethodsParts } from "./sign_in_methods";

export const UpdateUsername = graphql(
  `
    mutation UpdateUsername($input: UpdateUsernameInput!) {
      updateUsername(input: $input) {
        user {
          ...SignInMethodsParts
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
  [SignInMethodsParts, AccountErrorDetails],
);

export const UpdatePrimaryEmail = graphql(
  `
    mutation UpdatePrimaryEmail($input: UpdatePrimaryEmailInput!) {
      updatePrimaryEmail(input: $input) {
        user {
          ...SignInMethodsParts
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
  [SignInMethodsParts, AccountErrorDetails],
);

export const RemovePrimaryEmail = graphql(
  `
    mutation RemovePrimaryEmail($input: RemovePrimaryEmailInput!) {
      removePrimaryEmail(input: $input) {
        user {
          ...SignInMethodsParts
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
  [SignInMethodsParts, AccountErrorDetails],
);

export const UpdatePrimaryPhone = graphql(
  `
    mutation UpdatePrimaryPhone($input: UpdatePrimaryPhoneInput!) {
      updatePrimaryPhone(input: $input) {
        user {
          ...SignInMethodsParts
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
  [SignInMethodsParts, AccountErrorDetails],
);

export const RemovePrimaryPhone = graphql(
  `
    mutation RemovePrimaryPhone($input: RemovePrimaryPhoneInput!) {
      removePrimaryPhone(input: $input) {
        user {
          ...SignInMethodsParts
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
  [SignInMethodsParts, AccountErrorDetails],
);
