import { AccountErrorParts } from "../graphql/account_error";
import { graphql } from "../graphql/graphql";

export const SuspendAccount = graphql(
  `
    mutation SuspendAccount($input: SuspendAccountInput!) {
      suspendAccount(input: $input) {
        suspended
        errors {
          ...AccountErrorParts
        }
      }
    }
  `,
  [AccountErrorParts],
);

export const DeleteAccount = graphql(
  `
    mutation DeleteAccount($input: DeleteAccountInput!) {
      deleteAccount(input: $input) {
        deletedId
        errors {
          ...AccountErrorParts
        }
      }
    }
  `,
  [AccountErrorParts],
);
