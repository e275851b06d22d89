import { AccountErrorParts } from "../graphql/account_error";
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
          ...AccountErrorParts
        }
      }
    }
  `,
  [AccountErrorParts],
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
          ...AccountErrorParts
        }
      }
    }
  `,
  [SignInMethodsParts, AccountErrorParts],
);

export const UnlinkIdentity = graphql(
  `
    mutation UnlinkIdentity($input: UnlinkIdentityInput!) {
      unlinkIdentity(input: $input) {
        user {
          ...SignInMethodsParts
        }
        errors {
          ...AccountErrorParts
        }
      }
    }
  `,
  [SignInMethodsParts, AccountErrorParts],
);
