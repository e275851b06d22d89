import type { CombinedError } from "urql";

/** A top-level error: what the person can't mend by typing something else. */
export interface Failure {
  /** `extensions.code`, `NETWORK` when no answer came, `SIGN_IN_FAILED` or `OTHER_ACCOUNT`. */
  code: string;
  retryAfterSeconds?: number | undefined;
  requiredScope?: string | undefined;
}

/** What is thrown in place of a token when the person must sign in again. */
export class SignedOutError extends Error {}

/** What is thrown in place of a token of another account than the page shows. */
export class OtherAccountError extends Error {}

export function failureOf(error: CombinedError): Failure {
  const [first] = error.graphQLErrors;
  if (first) {
    const { code, retryAfterSeconds, requiredScope } = first.extensions as Partial<Failure>;
    return { code: code ?? "INTERNAL", retryAfterSeconds, requiredScope };
  }
  if (error.networkError instanceof SignedOutError) {
    return { code: "UNAUTHENTICATED" };
  }
  return { code: error.networkError instanceof OtherAccountError ? "OTHER_ACCOUNT" : "NETWORK" };
}

/** The codes after which nothing on this page can go on. */
export function endsSession(failure: Failure): boolean {
  return ["UNAUTHENTICATED", "ACCOUNT_SUSPENDED", "ACCOUNT_NOT_FOUND", "OTHER_ACCOUNT"].includes(failure.code);
}

/** Whether a mutation that failed like this may have taken effect all the same. */
export function isOutcomeUnknown(failure: Failure): boolean {
  return ["NETWORK", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "OPERATION_TIMEOUT", "INTERNAL"].includes(
    failure.code,
  );
}
