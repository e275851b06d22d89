import { useChange } from "../graphql/change";
import { RenamePersonalAccessToken } from "../operations/personal_access_tokens";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";

interface Props {
  name: string;
  onClose: () => void;
}

export function RenameTokenDialog({ name, onClose }: Props) {
  const renamePersonalAccessToken = useChange(RenamePersonalAccessToken);
  const tell = useNotice();
  return (
    <Dialog title={texts.tokens.renameTitle(name)} onClose={onClose}>
      <Form
        submit={texts.actions.save}
        onSubmit={(fields) =>
          renamePersonalAccessToken({ input: { name, newName: String(fields.get("newName")).trim() } })
        }
        onDone={() => {
          onClose();
          tell(texts.changed(texts.tokens.name));
        }}
        onCancel={onClose}
      >
        <Field name="newName" label={texts.tokens.name} defaultValue={name} />
      </Form>
    </Dialog>
  );
}
