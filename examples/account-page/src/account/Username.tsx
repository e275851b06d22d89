import { useState } from "react";

import { useChange } from "../graphql/change";
import { UpdateUsername } from "../operations/identifiers";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccount } from "./context";
import { IdentifierRow } from "./IdentifierRow";

interface Props {
  isEditable: boolean;
}

export function Username({ isEditable }: Props) {
  const { user, settings } = useAccount();
  const [dialog, setDialog] = useState<"change" | "remove" | null>(null);
  const { confirmed } = useStepUp();
  const tell = useNotice();
  const updateUsername = useChange(UpdateUsername);
  const update = (username: string | null) =>
    confirmed((stepUpProof) => updateUsername({ input: { username, stepUpProof } }));
  const close = () => setDialog(null);
  const label = texts.signInMethods.username;

  return (
    <>
      <IdentifierRow
        field="username"
        label={label}
        isEditable={isEditable}
        onChange={() => setDialog("change")}
        onRemove={() => setDialog("remove")}
      />
      {dialog === "change" && (
        <Dialog title={label} onClose={close}>
          <Form
            submit={texts.actions.save}
            onSubmit={(fields) => update(String(fields.get("username")).trim())}
            onDone={() => {
              close();
              tell(texts.changed(label));
            }}
            onCancel={close}
          >
            <Field
              name="username"
              label={label}
              hint={texts.signInMethods.usernameRules(settings?.usernamePolicy ?? null)}
              defaultValue={user.username ?? ""}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
            />
          </Form>
        </Dialog>
      )}
      {dialog === "remove" && (
        <ConfirmDialog
          title={texts.actions.removeThe(label)}
          submit={texts.actions.remove}
          done={texts.removed(label)}
          change={() => update(null)}
          onClose={close}
        >
          {user.username}
        </ConfirmDialog>
      )}
    </>
  );
}
