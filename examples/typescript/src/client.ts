import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

// What defaultOptions set below, for the types of results.
declare module "@apollo/client" {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface WatchQuery { errorPolicy: "all" }
      interface Query { errorPolicy: "all" }
      interface Mutate { errorPolicy: "all" }
    }
  }
}

/**
 * Makes a client. `accessToken` is asked before every request, as Logto's SDK can be:
 * `() => logto.getAccessToken(resource)`.
 */
export function newClient(url: string, accessToken: () => Promise<string>, http = fetch): ApolloClient {
  return new ApolloClient({
    cache: newCache(),
    link: ApolloLink.from([
      new SetContextLink(async (context) => ({
        headers: { ...context.headers, authorization: `Bearer ${await accessToken()}` },
      })),
      // The server takes the hash alone, of what its manifest lists and of what it has seen before.
      new PersistedQueryLink({ sha256 }),
      new HttpLink({ uri: url, fetch: http, credentials: "omit" }),
    ]),
    defaultOptions: {
      // A part that Logto doesn't give is null with an error at its path; show the rest all the same.
      watchQuery: { errorPolicy: "all" },
      query: { errorPolicy: "all" },
      // Also of a change that was made, some part may be missing in the answer.
      mutate: { errorPolicy: "all" },
    },
  });
}

export function newCache(): InMemoryCache {
  return new InMemoryCache({
    possibleTypes: {
      AccountError: [
        "BasicError", "StepUpRequiredError", "RateLimitedError", "InvalidCodeError", "PasswordRejectedError",
        // Types that come later than this app, of which the cache would drop everything else.
        ".+",
      ],
    },
    typePolicies: {
      // There is one of each, so that what two queries select of it is kept together.
      AccountSettings: { keyFields: [] },
      UserProfile: { merge: true },
      Address: { merge: true },
    },
  });
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
