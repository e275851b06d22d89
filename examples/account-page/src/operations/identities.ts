import { AccountErrorDetails } from "../graphql/account_error";
import { graphql } from "../graphql/graphql";
import { SignInMethodsParts } from "./sign_in_methods";

export const StartIdentityLink = graphql(
  `
    mutation StartIdentityLink($input: StartIdentityLinkInput!) {
      startIdentityLink(input: $input) {
        link {
          id
          authorizationUri
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
  [AccountErrorDetails],
);

export const LinkIdentity = graphql(
  `
    mutation LinkIdentity($input: LinkIdentityInput!) {
      linkIdentity(input: $input) {
        identity {
          id
          target
        }
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

export const UnlinkIdentity = graphql(
  `
    mutation UnlinkIdentity($input: UnlinkIdentityInput!) {
      unlinkIdentity(input: $input) {
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
