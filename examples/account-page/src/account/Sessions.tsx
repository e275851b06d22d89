import { useState } from "react";

import { useChange } from "../graphql/change";
import { RevokeSession } from "../operations/applications";
import type { LogtoSession } from "../operations/sessions";
import { texts } from "../texts";
import { Action } from "../ui/Action";
import { LongList } from "../ui/LongList";
import { Row, Section } from "../ui/Section";
import { Sentences } from "../ui/Sentences";
import { formatMinute } from "../ui/time";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccess, useAccount } from "./context";
import { Unavailable } from "./Unavailable";

/** Where the person is signed in. */
export function Sessions() {
  const { user } = useAccount();
  const access = useAccess("SESSION");
  if (access === "OFF") {
    return null;
  }
  return (
    <Section title={texts.sessions.title} description={user.sessions?.length ? texts.sessions.description : ""}>
      <Unavailable field="sessions" />
      {user.sessions?.length === 0 && <p>{texts.sessions.none}</p>}
      <LongList items={user.sessions ?? []}>
        {(session) => <SessionRow session={session} isEditable={access === "EDIT"} />}
      </LongList>
    </Section>
  );
}

interface Props {
  session: LogtoSession;
  isEditable: boolean;
}

function SessionRow({ session, isEditable }: Props) {
  const [isRevoking, setRevoking] = useState(false);
  const revokeSession = useChange(RevokeSession);
  const { browser, os, userAgent, city, country, ip, signedInAt } = session;
  const device = texts.sessions.device(browser, os) ?? userAgent ?? texts.sessions.unknownDevice;
  const place = [city, country, ip].filter((part) => part !== null);
  return (
    <>
      <Row
        label={device}
        details={
          <Sentences
            of={[
              place.length > 0 && texts.sessions.place(place),
              signedInAt && texts.sessions.since(formatMinute(signedInAt)),
            ]}
          />
        }
        actions={isEditable && <Action verb={texts.sessions.revoke} what={device} onClick={() => setRevoking(true)} />}
      />
      {isRevoking && (
        <ConfirmDialog
          title={texts.sessions.revokeTitle(device)}
          submit={texts.sessions.revoke}
          done={texts.sessions.revoked(device)}
          change={() => revokeSession({ input: { id: session.id } })}
          onClose={() => setRevoking(false)}
        >
          {texts.sessions.revokeExplained}
        </ConfirmDialog>
      )}
    </>
  );
}
