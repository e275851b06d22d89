import { AccountErrorDetails } from "../graphql/account_error";
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
          code
          message
          path
          ...AccountErrorDetails
        }
      }
    }
  `,
  [CustomDataParts, AccountErrorDetails],
);
