import { AccountErrorParts } from "../graphql/account_error";
import { graphql } from "../graphql/graphql";

export const CustomDataParts = graphql(`
  fragment CustomDataParts on User {
    id
    customData
  }
`);

export const UpdateCustomData = graphql(
  `
    mutation UpdateCustomData($input: UpdateCustomDataInput!) {
      updateCustomData(input: $input) {
        user {
          ...CustomDataParts
        }
        errors {
          ...AccountErrorParts
        }
      }
    }
  `,
  [CustomDataParts, AccountErrorParts],
);
