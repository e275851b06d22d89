import { AccountErrorDetails } from "../graphql/account_error";
import { graphql, type ResultOf } from "../graphql/graphql";

export const ProfileParts = graphql(`
  fragment ProfileParts on User {
    id
    name
    avatar
    profile {
      familyName
      givenName
      middleName
      nickname
      preferredUsername
      profile
      website
      gender
      birthdate
      zoneinfo
      locale
      address {
        formatted
        streetAddress
        locality
        region
        postalCode
        country
      }
    }
  }
`);

export const UpdateProfile = graphql(
  `
    mutation UpdateProfile($input: UpdateProfileInput!) {
      updateProfile(input: $input) {
        user {
          ...ProfileParts
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
  [ProfileParts, AccountErrorDetails],
);

export type Profile = ResultOf<typeof ProfileParts>;
