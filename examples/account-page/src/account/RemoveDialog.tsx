import type { Outcome } from "../graphql/change";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";

interface Props {
  /** What is removed, in words. */
  what: string;
  /** Which one. */
  value: string | null;
  explanation?: string;
  remove: () => Promise<Outcome<unknown>>;
  onClose: () => void;
}

/** Asks before something is taken away. */
export function RemoveDialog({ what, value, explanation, remove, onClose }: Props) {
  const tell = useNotice();
  return (
    <Dialog title={texts.actions.removeThe(what)} onClose={onClose}>
      <Form
        submit={texts.actions.remove}
        danger
        onSubmit={remove}
        onDone={() => {
          onClose();
          tell(texts.removed(what));
        }}
        onCancel={onClose}
      >
        <p>{texts.removeQuestion(value ?? what)}</p>
        {explanation && <p>{explanation}</p>}
      </Form>
    </Dialog>
  );
}
