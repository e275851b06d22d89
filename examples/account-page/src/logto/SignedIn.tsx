import LogtoClient, { type LogtoConfig, LogtoClientError, LogtoRequestError } from "@logto/browser";
import { useLogto } from "@logto/react";
import { useMemo } from "react";

import { AccountApp } from "../AccountApp";
import { address, type Config } from "../config";
import { SignedOutError } from "../graphql/failure";
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
  const { isAuthenticated, isLoading, signIn, signOut } = useLogto();
  const session = useMemo<Session>(() => {
    // The hook's getAccessToken doesn't tell why there is no token.
    const tokens = new LogtoClient(application);
    return {
      accessToken: () => tokens.getAccessToken(resource).catch(explain),
      signInAgain: signInInWindow,
      visitProvider: (uri) => location.assign(uri),
      signIn: () => void signIn({ redirectUri: address("callback") }),
      signOut: () => void signOut(address("")),
      outsidePictures: true,
    };
  }, [application, resource, signIn, signOut]);

  if (isLoading) {
    return <main aria-busy="true">{texts.loading}</main>;
  }
  if (!isAuthenticated) {
    return (
      <main className="alone">
        <h1>{texts.title}</h1>
        <p>{texts.signIn.why}</p>
        <button type="button" className="primary" onClick={session.signIn}>
          {texts.signIn.signIn}
        </button>
      </main>
    );
  }
  return <AccountApp config={config} session={session} />;
}

/** Tells the end of the sign-in from Logto being out of reach. */
function explain(error: unknown): never {
  const isOver =
    error instanceof LogtoClientError || (error instanceof LogtoRequestError && error.code === "oidc.invalid_grant");
  throw isOver ? new SignedOutError() : error;
}
