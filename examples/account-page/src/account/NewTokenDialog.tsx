import { useState } from "react";

import { useChange } from "../graphql/change";
import { CreatePersonalAccessToken } from "../operations/personal_access_tokens";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { CopyButton } from "../ui/CopyButton";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";

interface Props {
  onClose: () => void;
}

/** Makes a personal access token and shows its value this once. */
export function NewTokenDialog({ onClose }: Props) {
  const [value, setValue] = useState<string | null>(null);
  const { confirmed } = useStepUp();
  const createPersonalAccessToken = useChange(CreatePersonalAccessToken);

  function create(fields: FormData) {
    const name = String(fields.get("name")).trim();
    const day = String(fields.get("expiresAt"));
    // The last moment of that day, as the person's own clock has it.
    const expiry = day ? { expiresAt: new Date(`${day}T23:59:59`).toISOString() } : {};
    return confirmed((stepUpProof) => createPersonalAccessToken({ input: { name, ...expiry, stepUpProof } }));
  }

  return (
    <Dialog title={texts.tokens.create} onClose={onClose} stays={value !== null}>
      {value === null ? (
        <Form
          submit={texts.tokens.create}
          onSubmit={create}
          onDone={(payload) => setValue(payload.value)}
          onCancel={onClose}
        >
          <Field name="name" label={texts.tokens.name} hint={texts.tokens.nameHint} />
          <Field
            name="expiresAt"
            label={texts.tokens.expiresAt}
            hint={texts.tokens.expiresAtHint}
            type="date"
            max="9999-12-31"
          />
        </Form>
      ) : (
        <>
          <p role="status">{texts.tokens.copyNow}</p>
          <p>
            <code>{value}</code>
          </p>
          <div className="actions">
            <CopyButton text={value} what={texts.tokens.token} />
            <button type="button" className="primary" onClick={onClose}>
              {texts.tokens.copied}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
