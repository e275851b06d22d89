import { AccountErrorDetails } from "../graphql/account_error";
import { graphql, type ResultOf } from "../graphql/graphql";
import { SessionsParts } from "./sessions";

export const ApplicationsParts = graphql(`
  fragment ApplicationsParts on User {
    id
    authorizedApplications {
      id
      applicationId
      name
      isThirdParty
      scopes
      createdAt
    }
  }
`);

export type AuthorizedApplication = NonNullable<ResultOf<typeof ApplicationsParts>["authorizedApplications"]>[number];

/** Ending a session ends grants too. */
export const RevokeSession = graphql(
  `
    mutation RevokeSession($input: RevokeSessionInput!) {
      revokeSession(input: $input) {
        user {
          ...SessionsParts
          ...ApplicationsParts
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
  [SessionsParts, ApplicationsParts, AccountErrorDetails],
);

export const RevokeAuthorizedApplication = graphql(
  `
    mutation RevokeAuthorizedApplication($input: RevokeAuthorizedApplicationInput!) {
      revokeAuthorizedApplication(input: $input) {
        user {
          ...ApplicationsParts
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
  [ApplicationsParts, AccountErrorDetails],
);
