import LogtoClient, { type LogtoConfig } from "@logto/browser";
import { LogtoProvider, useHandleSignInCallback } from "@logto/react";
import { useEffect, useMemo } from "react";

import { address, type Config, currentView, type LogtoSettings } from "../config";
import { texts } from "../texts";
import { Reauthentication } from "./Reauthentication";
import { isReauthentication } from "./sign_in_window";
import { SignedIn } from "./SignedIn";

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
  if (!isSecureContext) {
    // Browsers give what signing in takes to no page that comes without encryption.
    return (
      <main className="alone" role="alert">
        <h1>{texts.title}</h1>
        <p className="error">{texts.signIn.insecure(location.origin)}</p>
      </main>
    );
  }
  if (isReauthentication()) {
    return <Reauthentication logto={logto} />;
  }
  return (
    <LogtoProvider config={application}>
      {currentView() === "callback" ? (
        <Callback application={application} />
      ) : (
        <SignedIn config={config} application={application} resource={logto.resource} />
      )}
    </LogtoProvider>
  );
}

/** Where Logto sends the person back to. */
function Callback({ application }: { application: LogtoConfig }) {
  const { error, isAuthenticated } = useHandleSignInCallback();
  useEffect(() => {
    // By this sign-in, or by another tab's.
    if (isAuthenticated) {
      location.replace(address(""));
    }
  }, [isAuthenticated]);
  useEffect(() => {
    // The hook waits for good where no sign-in was begun, as when this address was kept.
    void new LogtoClient(application)
      .isSignInRedirected(location.href)
      .then((isExpected) => isExpected || location.replace(address("")));
  }, [application]);
  if (!error) {
    return <main aria-busy="true">{texts.loading}</main>;
  }
  return (
    <main className="alone">
      <h1>{texts.signIn.failed}</h1>
      <p>{texts.signIn.failedWhy}</p>
      <a href={address("")}>{texts.signIn.again}</a>
    </main>
  );
}
