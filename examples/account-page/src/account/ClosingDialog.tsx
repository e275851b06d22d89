import type { Outcome } from "../graphql/change";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useAccount } from "./context";

interface Props {
  title: string;
  explanation: string;
  change: (input: { confirm: string; stepUpProof: string | null }) => Promise<Outcome<unknown>>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks twice for what the person can't undo: by a proof, and by typing who they are. */
export function ClosingDialog({ title, explanation, change, onDone, onClose }: Props) {
  const { user } = useAccount();
  const { confirmed } = useStepUp();
  const identifier = user.username ?? user.primaryEmail ?? user.primaryPhone ?? user.id;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={title}
        danger
        onSubmit={(fields) => {
          const confirm = String(fields.get("confirm")).trim();
          return confirmed((stepUpProof) => change({ confirm, stepUpProof }));
        }}
        onDone={onDone}
        onCancel={onClose}
      >
        <p>{explanation}</p>
        <Field name="confirm" label={texts.closing.confirm(identifier)} autoComplete="off" spellCheck={false} />
      </Form>
    </Dialog>
  );
}
