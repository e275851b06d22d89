import { useState } from "react";

import { inputError } from "../graphql/account_error";
import { useChange } from "../graphql/change";
import { UpdateCustomData } from "../operations/custom_data";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";
import { Section } from "../ui/Section";
import { useAccess, useAccount } from "./context";

/**
 * What applications keep with the account. A page that knows its own keys would
 * show a control for each: this one shows JSON.
 */
export function CustomData() {
  const { user } = useAccount();
  const access = useAccess("CUSTOM_DATA");
  const [isEditing, setEditing] = useState(false);
  const data = (user.customData ?? {}) as Record<string, unknown>;
  if (access === "OFF" || Object.keys(data).length === 0) {
    return null;
  }
  return (
    <Section
      title={texts.customData.title}
      description={texts.customData.description}
      action={
        access === "EDIT" && (
          <button type="button" onClick={() => setEditing(true)}>
            {texts.customData.edit}
          </button>
        )
      }
    >
      <dl>
        {Object.entries(data).map(([key, value]) => (
          <div key={key}>
            <dt>
              <bdi>{key}</bdi>
            </dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
      {isEditing && <CustomDataDialog data={data} onClose={() => setEditing(false)} />}
    </Section>
  );
}

interface Props {
  data: Record<string, unknown>;
  onClose: () => void;
}

function CustomDataDialog({ data, onClose }: Props) {
  const updateCustomData = useChange(UpdateCustomData);
  const tell = useNotice();

  async function update(fields: FormData): ReturnType<typeof updateCustomData> {
    const changed: [string, unknown][] = [];
    for (const [key, value] of Object.entries(data)) {
      const path = `data.${key}`;
      const text = String(fields.get(path));
      try {
        const given: unknown = JSON.parse(text);
        if (JSON.stringify(given) !== JSON.stringify(value)) {
          changed.push([key, given]);
        }
      } catch {
        return { kind: "refused", errors: [inputError(texts.customData.noJson, "data", key)] };
      }
    }
    return updateCustomData({ input: { data: Object.fromEntries(changed) } });
  }

  return (
    <Dialog title={texts.customData.edit} onClose={onClose}>
      <Form
        submit={texts.actions.save}
        onSubmit={update}
        onDone={() => {
          onClose();
          tell(texts.customData.saved);
        }}
        onCancel={onClose}
      >
        {Object.entries(data).map(([key, value]) => (
          <Field key={key} name={`data.${key}`} label={key} defaultValue={JSON.stringify(value)} spellCheck={false} />
        ))}
      </Form>
    </Dialog>
  );
}
