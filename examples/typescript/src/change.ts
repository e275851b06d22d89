import { type ApolloClient, CombinedGraphQLErrors, type OperationVariables, type TypedDocumentNode } from "@apollo/client";

import type { AccountErrorPartsFragment } from "./gql/graphql.js";

/** What became of a change. */
export type Outcome<Payload> =
  | { kind: "done"; payload: Payload }
  /** The person can mend it. Of `PARTLY_DONE`, the payload has what was done. */
  | { kind: "refused"; errors: readonly AccountErrorPartsFragment[]; payload: Payload }
  /** The person can't. */
  | { kind: "failed"; failure: Failure };

/** A top-level error. */
export interface Failure {
  /** `extensions.code`, or `NETWORK` when no answer came. Codes may come that this app doesn't know. */
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

interface AnyPayload {
  errors: readonly AccountErrorPartsFragment[];
}

/** Runs a mutation with one root field. Users in its payload update the cache. */
export async function change<Data extends Record<string, AnyPayload | null>, Variables extends OperationVariables>(
  client: ApolloClient,
  mutation: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Outcome<NonNullable<Data[keyof Data]>>> {
  type Payload = NonNullable<Data[keyof Data]>;
  const { data, error } = await client.mutate({ mutation: mutation as TypedDocumentNode<Data>, variables: variables as OperationVariables });
  const payload = Object.entries(data ?? {}).find(([name]) => name !== "__typename")?.[1] as Payload | null | undefined;
  if (payload?.errors.length) {
    return { kind: "refused", errors: payload.errors, payload };
  }
  // An error deeper down leaves the change as made.
  return payload ? { kind: "done", payload } : { kind: "failed", failure: failureOf(error) };
}

export function failureOf(error: Error | undefined): Failure {
  if (!CombinedGraphQLErrors.is(error)) {
    return { code: "NETWORK", message: error?.message ?? "No answer came." };
  }
  const [first] = error.errors;
  return { code: "INTERNAL", message: first?.message ?? "", ...(first?.extensions as Partial<Failure> | undefined) };
}

/** The codes after which only a new sign-in helps, or nothing. */
export function endsSession(failure: Failure): boolean {
  return ["UNAUTHENTICATED", "ACCOUNT_SUSPENDED", "ACCOUNT_NOT_FOUND"].includes(failure.code);
}

/** What to tell the person. An error of a code or type that this app doesn't know has its message. */
export function tell(error: AccountErrorPartsFragment): string {
  switch (error.__typename) {
    case "RateLimitedError":
      return error.retryAfterSeconds > 0 ? `Try again in ${error.retryAfterSeconds} s.` : error.message;
    case "InvalidCodeError":
      return error.attemptsRemaining === null ? error.message : `Wrong code: ${error.attemptsRemaining} tries are left.`;
    case "PasswordRejectedError":
      return error.violations.map((violation) => violation.message).join("\n");
    case "StepUpRequiredError":
      return `Confirm that it's you by one of: ${error.methods.join(", ")}.`;
    default:
      return error.message;
  }
}
