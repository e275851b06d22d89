import { useState } from "react";

import { useChange } from "../graphql/change";
import { type MfaVerification, RemoveMfaVerification } from "../operations/mfa";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Action } from "../ui/Action";
import { Row } from "../ui/Section";
import { Sentences } from "../ui/Sentences";
import { formatDay } from "../ui/time";
import { ConfirmDialog } from "./ConfirmDialog";

interface Props {
  factor: MfaVerification;
  isEditable: boolean;
}

export function MfaVerificationRow({ factor, isEditable }: Props) {
  const [isRemoving, setRemoving] = useState(false);
  const { confirmed } = useStepUp();
  const removeMfaVerification = useChange(RemoveMfaVerification);
  const kind = texts.mfa.name(factor.__typename);
  const name = (factor.__typename === "WebAuthnVerification" && factor.name) || kind;
  return (
    <>
      <Row
        label={name}
        details={
          <Sentences
            of={[
              name !== kind && texts.mfa.kind(kind),
              factor.__typename === "BackupCodeVerification" && texts.mfa.remaining(factor.remainingCodes),
              texts.mfa.since(formatDay(factor.createdAt)),
              factor.lastUsedAt && texts.mfa.lastUsed(formatDay(factor.lastUsedAt)),
            ]}
          />
        }
        actions={isEditable && <Action verb={texts.actions.remove} what={name} onClick={() => setRemoving(true)} />}
      />
      {isRemoving && (
        <ConfirmDialog
          title={texts.actions.removeThe(name)}
          submit={texts.actions.remove}
          done={texts.removed(name)}
          change={() => confirmed((stepUpProof) => removeMfaVerification({ input: { id: factor.id, stepUpProof } }))}
          onClose={() => setRemoving(false)}
        >
          {texts.mfa.removeExplained}
        </ConfirmDialog>
      )}
    </>
  );
}
