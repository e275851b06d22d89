import { useMemo, useState } from "react";
import { Provider } from "urql";

import { AccountPage } from "./account/AccountPage";
import type { Config } from "./config";
import { Ended } from "./Ended";
import { newClient } from "./graphql/client";
import type { Failure } from "./graphql/failure";
import { type Session, SessionProvider } from "./session/session";
import { NoticeProvider } from "./ui/notice";

/** Why nothing on the page can go on: a failure's code, or what the person did. */
export type End =
  "UNAUTHENTICATED" | "ACCOUNT_SUSPENDED" | "ACCOUNT_NOT_FOUND" | "OTHER_ACCOUNT" | "SUSPENDED" | "DELETED";

interface Props {
  config: Config;
  session: Session;
}

/** The page of one session. */
export function AccountApp({ config, session }: Props) {
  const [end, setEnd] = useState<End | null>(null);
  const client = useMemo(
    () =>
      newClient(config.graphql, session, (failure: Failure) => setEnd((earlier) => earlier ?? (failure.code as End))),
    [config, session],
  );
  return (
    <SessionProvider value={session}>
      {end ? (
        <Ended end={end} />
      ) : (
        <Provider value={client}>
          <NoticeProvider>
            <AccountPage offersSuspension={config.selfSuspension} onEnd={setEnd} />
          </NoticeProvider>
        </Provider>
      )}
    </SessionProvider>
  );
}
