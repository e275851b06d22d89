import { useState } from "react";

import { useChange } from "../graphql/change";
import { type AuthorizedApplication, RevokeAuthorizedApplication } from "../operations/applications";
import { texts } from "../texts";
import { Action } from "../ui/Action";
import { LongList } from "../ui/LongList";
import { Row, Section } from "../ui/Section";
import { Sentences } from "../ui/Sentences";
import { formatDay } from "../ui/time";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccess, useAccount } from "./context";
import { Unavailable } from "./Unavailable";

/** What applications may do in the person's name. */
export function Applications() {
  const { user } = useAccount();
  const access = useAccess("SESSION");
  if (access === "OFF") {
    return null;
  }
  return (
    <Section title={texts.applications.title} description={texts.applications.description}>
      <Unavailable field="authorizedApplications" />
      {user.authorizedApplications?.length === 0 && <p>{texts.applications.none}</p>}
      <LongList items={user.authorizedApplications ?? []}>
        {(application) => <Application application={application} isEditable={access === "EDIT"} />}
      </LongList>
    </Section>
  );
}

interface Props {
  application: AuthorizedApplication;
  isEditable: boolean;
}

function Application({ application, isEditable }: Props) {
  const [isRevoking, setRevoking] = useState(false);
  const revoke = useChange(RevokeAuthorizedApplication);
  const name = application.name ?? application.applicationId;
  return (
    <>
      <Row
        label={name}
        details={
          <>
            <Sentences
              of={[
                application.isThirdParty && texts.applications.thirdParty,
                application.createdAt && texts.applications.since(formatDay(application.createdAt)),
              ]}
            />
            <details>
              <summary>{texts.applications.scopes(application.scopes.length)}</summary>
              {application.scopes.join(", ")}
            </details>
          </>
        }
        actions={
          isEditable && <Action verb={texts.applications.revoke} what={name} onClick={() => setRevoking(true)} />
        }
      />
      {isRevoking && (
        <ConfirmDialog
          title={texts.applications.revokeTitle(name)}
          submit={texts.applications.revoke}
          done={texts.applications.revoked(name)}
          change={() => revoke({ input: { id: application.id } })}
          onClose={() => setRevoking(false)}
        >
          {texts.applications.revokeExplained}
        </ConfirmDialog>
      )}
    </>
  );
}
