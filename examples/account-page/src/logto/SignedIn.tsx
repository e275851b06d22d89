import LogtoClient, { type LogtoConfig, LogtoClientError, LogtoRequestError } from "@logto/browser";
import { useLogto } from "@logto/react";
import { useMemo } from "react";

import { AccountApp } from "../AccountApp";
import { address, type Config } from "../config";
import { OtherAccountError, SignedOutError } from "../graphql/failure";
import type { Session } from "../session/session";
import { texts } from "../texts";
import { signInInWindow } from "./sign_in_window";

interface Props {
  config: Config;
  application: LogtoConfig;
  resource: string;
}

/** The page, or a button to sign in for it. */
export function SignedIn({ config, application, resource }: Props) {
  const { isAuthenticated, isLoading, error, signIn, signOut, clearAllTokens } = useLogto();
  const session = useMemo<Session>(
    () => ({
      accessToken: newTokenSource(application, resource),
      signInAgain: signInInWindow,
      visitProvider: (uri) => location.assign(uri),
      signIn: () => void signIn({ redirectUri: address("callback") }),
      // Where Logto can't be reached, at least this browser forgets.
      signOut: () => void signOut(address("")).then(clearAllTokens),
      outsidePictures: true,
    }),
    [application, resource, signIn, signOut, clearAllTokens],
  );

  if (isLoading && !error) {
    return <main aria-busy="true">{texts.loading}</main>;
  }
  if (!isAuthenticated || error) {
    return (
      <main className="alone">
        <h1>{texts.title}</h1>
        {error ? (
          <p role="alert" className="error">
            {texts.signIn.unreachable}
          </p>
        ) : (
          <p>{texts.signIn.why}</p>
        )}
        <button type="button" className="primary" onClick={session.signIn}>
          {texts.signIn.signIn}
        </button>
      </main>
    );
  }
  return <AccountApp config={config} session={session} />;
}

/**
 * Gives tokens of the account that the first one is of. All tabs keep theirs in one
 * place, so that another tab may put somebody else's there: what this tab shows must
 * not be written into that account.
 */
function newTokenSource(application: LogtoConfig, resource: string): Session["accessToken"] {
  // The hook's getAccessToken doesn't tell why there is no token.
  const tokens = new LogtoClient(application);
  let subject: string | undefined;
  async function take(isRenewed: boolean) {
    if (isRenewed) {
      await tokens.clearAccessToken();
    }
    return tokens.getAccessToken(resource);
  }
  return async ({ renewed } = { renewed: false }) => {
    // Logto takes a refresh token once, and takes a second use for a theft: tabs must wait for each other.
    const token = await navigator.locks.request("accountql:tokens", () => take(renewed)).catch(explain);
    subject ??= subjectOf(token);
    if (subjectOf(token) !== subject) {
      throw new OtherAccountError();
    }
    return token;
  };
}

/** Reads whose token it is. That is for the server to verify. */
function subjectOf(token: string): string | undefined {
  const claims = token.split(".")[1];
  return claims && (JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { sub?: string }).sub;
}

/** Tells the end of the sign-in from Logto being out of reach. */
function explain(error: unknown): never {
  const isOver =
    error instanceof LogtoClientError || (error instanceof LogtoRequestError && error.code === "oidc.invalid_grant");
  throw isOver ? new SignedOutError() : error;
}
