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

/** Makes the client. `onEnd` is told when nothing can go on with this session. */
export function newClient(url: string, session: Session, onEnd: (failure: Failure) => void): Client {
  return new Client({
    url,
    preferGetMethod: false,
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("Authorization", `Bearer ${await session.accessToken()}`);
      return fetch(input, { ...init, headers, cache: "no-store", credentials: "omit", redirect: "error" });
    },
    exchanges: [
      mapExchange({
        onError(error) {
          const failure = failureOf(error);
          if (endsSession(failure)) {
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
