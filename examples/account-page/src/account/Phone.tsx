import { useState } from "react";

import { useChange } from "../graphql/change";
import { RemovePrimaryPhone, UpdatePrimaryPhone } from "../operations/identifiers";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { AddressDialog } from "./AddressDialog";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccount } from "./context";
import { IdentifierRow } from "./IdentifierRow";

interface Props {
  isEditable: boolean;
}

export function Phone({ isEditable }: Props) {
  const { user } = useAccount();
  const [dialog, setDialog] = useState<"change" | "remove" | null>(null);
  const { confirmed } = useStepUp();
  const updatePrimaryPhone = useChange(UpdatePrimaryPhone);
  const removePrimaryPhone = useChange(RemovePrimaryPhone);
  const close = () => setDialog(null);
  const label = texts.signInMethods.phone;
  return (
    <>
      <IdentifierRow
        field="primaryPhone"
        label={label}
        isEditable={isEditable}
        onChange={() => setDialog("change")}
        onRemove={() => setDialog("remove")}
      />
      {dialog === "change" && (
        <AddressDialog
          kind="phone"
          label={label}
          field={{ type: "tel", autoComplete: "tel", hint: texts.signInMethods.phoneHint }}
          update={(phone, identifierProof, stepUpProof) =>
            updatePrimaryPhone({ input: { phone, identifierProof, stepUpProof } })
          }
          onClose={close}
        />
      )}
      {dialog === "remove" && (
        <ConfirmDialog
          title={texts.actions.removeThe(label)}
          submit={texts.actions.remove}
          done={texts.removed(label)}
          change={() => confirmed((stepUpProof) => removePrimaryPhone({ input: { stepUpProof } }))}
          onClose={close}
        >
          {user.primaryPhone}
        </ConfirmDialog>
      )}
    </>
  );
}
