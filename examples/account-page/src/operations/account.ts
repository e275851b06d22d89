import { graphql, type ResultOf } from "../graphql/graphql";
import { ApplicationsParts } from "./applications";
import { CustomDataParts } from "./custom_data";
import { MfaParts } from "./mfa";
import { PersonalAccessTokenParts } from "./personal_access_tokens";
import { ProfileParts } from "./profile";
import { SessionsParts } from "./sessions";
import { SignInMethodsParts } from "./sign_in_methods";

/** The one query that loads the page. */
export const AccountQuery = graphql(
  `
    query Account {
      me {
        id
        createdAt
        ...ProfileParts
        ...SignInMethodsParts
        ...MfaParts
        personalAccessTokens {
          ...PersonalAccessTokenParts
        }
        ...SessionsParts
        ...ApplicationsParts
        ...CustomDataParts
        ssoIdentities {
          id
          issuer
          identityId
        }
        organizations {
          id
          name
          description
          roles
        }
      }
      accountSettings {
        fields {
          field
          access
        }
        passwordPolicy {
          minLength
          maxLength
          minCharacterTypes
          rejectsBreached
          rejectsRepetitionAndSequence
          rejectsUserInfo
          rejectedWords
        }
        usernamePolicy {
          minLength
          maxLength
          lowercase
          uppercase
          numbers
          underscore
        }
        mfaFactors
        mfaRequired
        socialConnectors {
          id
          target
          name
          logo
          logoDark
          linkable
        }
      }
    }
  `,
  [
    ProfileParts,
    SignInMethodsParts,
    MfaParts,
    PersonalAccessTokenParts,
    SessionsParts,
    ApplicationsParts,
    CustomDataParts,
  ],
);

type Loaded = ResultOf<typeof AccountQuery>;
export type User = NonNullable<Loaded["me"]>;
export type Settings = NonNullable<Loaded["accountSettings"]>;
export type SocialConnector = NonNullable<Settings["socialConnectors"]>[number];
export type Field = NonNullable<Settings["fields"]>[number]["field"];
