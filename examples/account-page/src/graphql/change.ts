import { useCallback } from "react";
import { type AnyVariables, useClient } from "urql";

import { useReload } from "../ui/reload";
import type { AccountError } from "./account_error";
import { type Failure, failureOf } from "./failure";
import type { TadaDocumentNode } from "./graphql";

/** What became of a change. A refused one may have been made in part. */
export type Outcome<Payload> =
  | { kind: "done"; payload: Payload }
  | { kind: "refused"; errors: readonly AccountError[] }
  | { kind: "failed"; failure: Failure }
  | { kind: "cancelled" };

interface AnyPayload {
  errors: readonly AccountError[];
}

/**
 * Runs a mutation with one root field. The users in its payload update the cache,
 * and so the page.
 */
export function useChange<Result extends Record<string, AnyPayload | null>, Variables extends AnyVariables>(
  document: TadaDocumentNode<Result, Variables>,
) {
  const client = useClient();
  const reload = useReload();
  return useCallback(
    async (variables: Variables): Promise<Outcome<NonNullable<Result[keyof Result]>>> => {
      const { data, error } = await client.mutation<Result, Variables>(document, variables).toPromise();
      const payload = data && Object.values(data)[0];
      if (payload?.errors.length) {
        return { kind: "refused", errors: payload.errors };
      }
      if (payload) {
        if (error) {
          reload(); // The change is made, and what it made can't be read.
        }
        return { kind: "done", payload: payload as NonNullable<Result[keyof Result]> };
      }
      return { kind: "failed", failure: error ? failureOf(error) : { code: "INTERNAL" } };
    },
    [client, document, reload],
  );
}
