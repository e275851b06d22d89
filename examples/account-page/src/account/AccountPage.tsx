import { useCallback, useMemo, useState } from "react";
import { type CombinedError, useQuery } from "urql";

import type { End } from "../AccountApp";
import { failureOf } from "../graphql/failure";
import { AccountQuery } from "../operations/account";
import { useSession } from "../session/session";
import { StepUpProvider } from "../step-up/StepUp";
import { texts } from "../texts";
import { FailureMessage } from "../ui/messages";
import { ReloadProvider } from "../ui/reload";
import { Applications } from "./Applications";
import { Closing } from "./Closing";
import { AccountProvider } from "./context";
import { CustomData } from "./CustomData";
import { Identities } from "./Identities";
import { LinkReturn } from "./LinkReturn";
import { Mfa } from "./Mfa";
import { Organizations } from "./Organizations";
import { PersonalAccessTokens } from "./PersonalAccessTokens";
import { Profile } from "./Profile";
import { Sessions } from "./Sessions";
import { SignInMethods } from "./SignInMethods";

interface Props {
  offersSuspension: boolean;
  onEnd: (end: End) => void;
}

/** The whole page, of one query. */
export function AccountPage({ offersSuspension, onEnd }: Props) {
  const session = useSession();
  const [{ data, error, fetching, operation }, execute] = useQuery({ query: AccountQuery });
  const reload = useCallback(() => execute({ requestPolicy: "network-only" }), [execute]);
  // What the cache makes of a change tells nothing of the parts that the server couldn't read.
  const isOfServer = !["hit", "partial"].includes(operation?.context.meta?.cacheOutcome ?? "");
  const [readingError, setReadingError] = useState(error);
  if (isOfServer && !fetching && error !== readingError) {
    setReadingError(error);
  }
  const failure = readingError && failureOf(readingError);
  const read = useMemo(
    () => data?.me && { user: data.me, settings: data.accountSettings, failed: failedPaths(readingError) },
    [data, readingError],
  );
  // Where reading once more fails, what was read before stays: a dialog may hold what was typed, or is shown only once.
  const [account, setAccount] = useState(read);
  if (read && read !== account) {
    setAccount(read);
  }

  return (
    <ReloadProvider value={reload}>
      <header className="page">
        <h1>{texts.title}</h1>
        <button type="button" onClick={session.signOut}>
          {texts.signOut}
        </button>
      </header>
      <main aria-busy={fetching}>
        {account ? (
          <AccountProvider value={account}>
            <StepUpProvider>
              {failure && <FailureMessage failure={failure} reading />}
              <LinkReturn />
              <Profile />
              <SignInMethods />
              <Identities />
              <Mfa />
              <PersonalAccessTokens />
              <Sessions />
              <Applications />
              <Organizations />
              <CustomData />
              <Closing offersSuspension={offersSuspension} onEnd={onEnd} />
            </StepUpProvider>
          </AccountProvider>
        ) : failure && !fetching ? (
          <FailureMessage failure={failure} reading />
        ) : (
          <p role="status">{texts.loading}</p>
        )}
      </main>
    </ReloadProvider>
  );
}

function failedPaths(error: CombinedError | undefined): ReadonlySet<string> {
  return new Set(error?.graphQLErrors.map(({ path }) => path?.join(".") ?? ""));
}
