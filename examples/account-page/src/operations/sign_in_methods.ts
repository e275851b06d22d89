import { graphql, type ResultOf } from "../graphql/graphql";

/** What a change of one way to sign in may change about the others. */
export const SignInMethodsParts = graphql(`
  fragment SignInMethodsParts on User {
    id
    username
    usernameRemovable {
      allowed
      reason
    }
    primaryEmail
    primaryEmailRemovable {
      allowed
      reason
    }
    primaryPhone
    primaryPhoneRemovable {
      allowed
      reason
    }
    hasPassword
    stepUpMethods
    identities {
      id
      target
      name
      email
      avatar
      removable {
        allowed
        reason
      }
    }
  }
`);

export type SignInMethods = ResultOf<typeof SignInMethodsParts>;
export type SocialIdentity = NonNullable<SignInMethods["identities"]>[number];
