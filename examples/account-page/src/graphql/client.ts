import { cacheExchange } from "@urql/exchange-graphcache";
import { Client, fetchExchange, mapExchange } from "urql";

import type { Session } from "../session/session";
import { type Failure, endsSession, failureOf } from "./failure";
import { personalAccessTokenUpdates } from "./personal_access_tokens";

/** Types that have no id, and are kept with what they belong to. */
const parts = [
  "AccountSettings",
  "Address",
  "FieldPermission",
  "PasswordPolicy",
  "Removable",
  "UserProfile",
  "UsernamePolicy",
  "PasswordViolation",
  "VerificationProof",
  "BasicError",
  "StepUpRequiredError",
  "RateLimitedError",
  "InvalidCodeError",
  "PasswordRejectedError",
];

/** How long an answer may take, in milliseconds: more than the server gives itself. */
const patience = 60_000;

/** Makes the client. `onEnd` is told when nothing can go on with this session. */
export function newClient(url: string, session: Session, onEnd: (failure: Failure) => void): Client {
  return new Client({
    url,
    preferGetMethod: false,
    fetch: async (input, init) => {
      const send = (token: string) => {
        const headers = new Headers(init?.headers);
        headers.set("Authorization", `Bearer ${token}`);
        const signals = [AbortSignal.timeout(patience), ...(init?.signal ? [init.signal] : [])];
        return fetch(input, {
          ...init,
          headers,
          signal: AbortSignal.any(signals),
          cache: "no-store",
          credentials: "omit",
          redirect: "error",
        });
      };
      const response = await send(await session.accessToken());
      // A token can end on its way, or by the server's clock. Nothing was done with it.
      return response.status === 401 ? send(await session.accessToken({ renewed: true })) : response;
    },
    exchanges: [
      mapExchange({
        onError(error, { kind }) {
          const failure = failureOf(error);
          // A form that lacks a sign-in says so itself, and keeps what was typed into it.
          const isTold = kind === "mutation" && failure.code === "UNAUTHENTICATED";
          if (endsSession(failure) && !isTold) {
            onEnd(failure);
          }
        },
      }),
      cacheExchange({
        possibleTypes: {
          AccountError: [
            "BasicError",
            "StepUpRequiredError",
            "RateLimitedError",
            "InvalidCodeError",
            "PasswordRejectedError",
          ],
        },
        // Without a schema, inline fragments are written for all types alike.
        logger: (severity, message) => message.includes("Inline Fragment") || console[severity](message),
        keys: Object.fromEntries(parts.map((type) => [type, () => null])),
        updates: { Mutation: personalAccessTokenUpdates },
      }),
      fetchExchange,
    ],
  });
}
