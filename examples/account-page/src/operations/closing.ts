import { AccountErrorDetails } from "../graphql/account_error";
import { graphql } from "../graphql/graphql";

export const SuspendAccount = graphql(
  `
    mutation SuspendAccount($input: SuspendAccountInput!) {
      suspendAccount(input: $input) {
        suspended
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

export const DeleteAccount = graphql(
  `
    mutation DeleteAccount($input: DeleteAccountInput!) {
      deleteAccount(input: $input) {
        deletedId
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
