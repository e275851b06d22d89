import type { CombinedError } from "urql";

/** A top-level error: what the person can't mend by typing something else. */
export interface Failure {
  /** `extensions.code`, `NETWORK` when no answer came, or `SIGN_IN_FAILED`. */
  code: string;
  retryAfterSeconds?: number | undefined;
  requiredScope?: string | undefined;
}

/** What is thrown in place of a token when the person must sign in again. */
export class SignedOutError extends Error {}

export function failureOf(error: CombinedError): Failure {
  const [first] = error.graphQLErrors;
  if (first) {
    const { code, retryAfterSeconds, requiredScope } = first.extensions as Partial<Failure>;
    return { code: code ?? "INTERNAL", retryAfterSeconds, requiredScope };
  }
  return { code: error.networkError instanceof SignedOutError ? "UNAUTHENTICATED" : "NETWORK" };
}

/** The codes after which nothing on this page can go on. */
export function endsSession(failure: Failure): boolean {
  return ["UNAUTHENTICATED", "ACCOUNT_SUSPENDED", "ACCOUNT_NOT_FOUND"].includes(failure.code);
}

/** Whether a mutation that failed like this may have taken effect all the same. */
export function isOutcomeUnknown(failure: Failure): boolean {
  return ["NETWORK", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "OPERATION_TIMEOUT", "INTERNAL"].includes(
    failure.code,
  );
}
