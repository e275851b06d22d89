import { AccountErrorDetails } from "../graphql/account_error";
import { graphql, type ResultOf } from "../graphql/graphql";

export const PersonalAccessTokenParts = graphql(`
  fragment PersonalAccessTokenParts on PersonalAccessToken {
    id
    name
    createdAt
    expiresAt
    isExpired
  }
`);

export type PersonalAccessToken = ResultOf<typeof PersonalAccessTokenParts>;

export const CreatePersonalAccessToken = graphql(
  `
    mutation CreatePersonalAccessToken($input: CreatePersonalAccessTokenInput!) {
      createPersonalAccessToken(input: $input) {
        personalAccessToken {
          ...PersonalAccessTokenParts
        }
        value
        errors {
          code
          message
          path
          ...AccountErrorDetails
        }
      }
    }
  `,
  [PersonalAccessTokenParts, AccountErrorDetails],
);

export const RenamePersonalAccessToken = graphql(
  `
    mutation RenamePersonalAccessToken($input: RenamePersonalAccessTokenInput!) {
      renamePersonalAccessToken(input: $input) {
        personalAccessToken {
          ...PersonalAccessTokenParts
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
  [PersonalAccessTokenParts, AccountErrorDetails],
);

export const DeletePersonalAccessToken = graphql(
  `
    mutation DeletePersonalAccessToken($input: DeletePersonalAccessTokenInput!) {
      deletePersonalAccessToken(input: $input) {
        deletedName
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
