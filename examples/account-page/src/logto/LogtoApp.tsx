import { LogtoProvider, useHandleSignInCallback, useLogto } from "@logto/react";
import { useEffect, useMemo, useRef, useState } from "react";

import { AccountApp } from "../AccountApp";
import { address, type Config, currentView, type LogtoSettings } from "../config";
import { SignedOutError } from "../graphql/failure";
import type { Session } from "../session/session";
import { texts } from "../texts";
import { isReauthentication, signInInWindow } from "./sign_in_window";
import { Reauthentication } from "./Reauthentication";

const scopes = ["account:read", "account:write", "account:security"];

interface Props {
  config: Config;
  logto: LogtoSettings;
}

/** The page for people who sign in at Logto. */
export default function LogtoApp({ config, logto }: Props) {
  const application = useMemo(
    () => ({ endpoint: logto.endpoint, appId: logto.appId, resources: [logto.resource], scopes }),
    [logto],
  );
  if (isReauthentication()) {
    return <Reauthentication logto={logto} />;
  }
  return (
    <LogtoProvider config={application}>
      {currentView() === "callback" ? <Callback /> : <SignedIn config={config} logto={logto} />}
    </LogtoProvider>
  );
}

/** Where Logto sends the person back to. */
function Callback() {
  const { error } = useHandleSignInCallback(() => location.replace(address("")));
  return error ? <SignInFailed /> : <main aria-busy="true">{texts.loading}</main>;
}

function SignInFailed() {
  return (
    <main className="alone">
      <h1>{texts.signIn.failed}</h1>
      <p>{texts.signIn.failedWhy}</p>
      <a href={address("")}>{texts.signIn.again}</a>
    </main>
  );
}

function SignedIn({ config, logto }: Props) {
  const client = useLogto();
  // Each call makes the hook load anew, so what it gives is read when it is needed.
  const latest = useRef(client);
  latest.current = client;
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (!client.isLoading) {
      setReady(true);
    }
  }, [client.isLoading]);

  const session = useMemo<Session>(
    () => ({
      async accessToken() {
        const token = await latest.current.getAccessToken(logto.resource);
        if (!token) {
          throw new SignedOutError();
        }
        return token;
      },
      signInAgain: (parameters, signal) => signInInWindow(parameters, signal),
      visitProvider: (uri) => location.assign(uri),
      signIn: () => void latest.current.signIn({ redirectUri: address("callback") }),
      signOut: () => void latest.current.signOut(address("")),
      outsidePictures: true,
    }),
    [logto.resource],
  );

  if (!isReady) {
    return <main aria-busy="true">{texts.loading}</main>;
  }
  if (!client.isAuthenticated) {
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
