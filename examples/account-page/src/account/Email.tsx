import { useState } from "react";

import { useChange } from "../graphql/change";
import { RemovePrimaryEmail, UpdatePrimaryEmail } from "../operations/identifiers";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { AddressDialog } from "./AddressDialog";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccount } from "./context";
import { IdentifierRow } from "./IdentifierRow";

interface Props {
  isEditable: boolean;
}

export function Email({ isEditable }: Props) {
  const { user } = useAccount();
  const [dialog, setDialog] = useState<"change" | "remove" | null>(null);
  const { confirmed } = useStepUp();
  const updatePrimaryEmail = useChange(UpdatePrimaryEmail);
  const removePrimaryEmail = useChange(RemovePrimaryEmail);
  const close = () => setDialog(null);
  const label = texts.signInMethods.email;
  return (
    <>
      <IdentifierRow
        field="primaryEmail"
        label={label}
        isEditable={isEditable}
        onChange={() => setDialog("change")}
        onRemove={() => setDialog("remove")}
      />
      {dialog === "change" && (
        <AddressDialog
          kind="email"
          label={label}
          field={{ type: "email", autoComplete: "email" }}
          update={(email, identifierProof, stepUpProof) =>
            updatePrimaryEmail({ input: { email, identifierProof, stepUpProof } })
          }
          onClose={close}
        />
      )}
      {dialog === "remove" && (
        <ConfirmDialog
          title={texts.actions.removeThe(label)}
          submit={texts.actions.remove}
          done={texts.removed(label)}
          change={() => confirmed((stepUpProof) => removePrimaryEmail({ input: { stepUpProof } }))}
          onClose={close}
        >
          {user.primaryEmail}
        </ConfirmDialog>
      )}
    </>
  );
}
