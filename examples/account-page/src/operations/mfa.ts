import { AccountErrorDetails } from "../graphql/account_error";
import { graphql, type ResultOf } from "../graphql/graphql";

export const MfaParts = graphql(`
  fragment MfaParts on User {
    id
    stepUpMethods
    mfaVerifications {
      __typename
      id
      createdAt
      lastUsedAt
      ... on WebAuthnVerification {
        name
        agent
      }
      ... on BackupCodeVerification {
        remainingCodes
      }
    }
  }
`);

export type MfaVerification = NonNullable<ResultOf<typeof MfaParts>["mfaVerifications"]>[number];

export const StartTotpEnrollment = graphql(
  `
    mutation StartTotpEnrollment($input: StartTotpEnrollmentInput!) {
      startTotpEnrollment(input: $input) {
        enrollment {
          id
          secret
          otpauthUri
          qrCode
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
  [AccountErrorDetails],
);

export type TotpEnrollment = NonNullable<
  NonNullable<ResultOf<typeof StartTotpEnrollment>["startTotpEnrollment"]>["enrollment"]
>;

export const ConfirmTotpEnrollment = graphql(
  `
    mutation ConfirmTotpEnrollment($input: ConfirmTotpEnrollmentInput!) {
      confirmTotpEnrollment(input: $input) {
        user {
          ...MfaParts
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
  [MfaParts, AccountErrorDetails],
);

export const GenerateBackupCodes = graphql(
  `
    mutation GenerateBackupCodes($input: GenerateBackupCodesInput!) {
      generateBackupCodes(input: $input) {
        codes
        user {
          ...MfaParts
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
  [MfaParts, AccountErrorDetails],
);

export const RemoveMfaVerification = graphql(
  `
    mutation RemoveMfaVerification($input: RemoveMfaVerificationInput!) {
      removeMfaVerification(input: $input) {
        user {
          ...MfaParts
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
  [MfaParts, AccountErrorDetails],
);
