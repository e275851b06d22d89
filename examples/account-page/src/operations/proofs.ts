import { AccountErrorDetails } from "../graphql/account_error";
import { graphql, type ResultOf } from "../graphql/graphql";

const VerificationParts = graphql(`
  fragment VerificationParts on VerificationProof {
    proof
    expiresAt
  }
`);

export type Verification = ResultOf<typeof VerificationParts>;

export const VerifyPassword = graphql(
  `
    mutation VerifyPassword($input: VerifyPasswordInput!) {
      verifyPassword(input: $input) {
        verification {
          ...VerificationParts
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
  [VerificationParts, AccountErrorDetails],
);

export const SendVerificationCode = graphql(
  `
    mutation SendVerificationCode($input: SendVerificationCodeInput!) {
      sendVerificationCode(input: $input) {
        challenge {
          id
          maskedTarget
          resendAvailableAt
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

export type VerificationChallenge = NonNullable<
  NonNullable<ResultOf<typeof SendVerificationCode>["sendVerificationCode"]>["challenge"]
>;

export const VerifyCode = graphql(
  `
    mutation VerifyCode($input: VerifyCodeInput!) {
      verifyCode(input: $input) {
        verification {
          ...VerificationParts
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
  [VerificationParts, AccountErrorDetails],
);

export const StartReauthentication = graphql(
  `
    mutation StartReauthentication {
      startReauthentication {
        reauthentication {
          id
          authorizationParameters
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

export const CompleteReauthentication = graphql(
  `
    mutation CompleteReauthentication($input: CompleteReauthenticationInput!) {
      completeReauthentication(input: $input) {
        verification {
          ...VerificationParts
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
  [VerificationParts, AccountErrorDetails],
);
