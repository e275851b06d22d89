import type { ReactNode } from "react";

import type { Outcome } from "../graphql/change";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";

interface Props {
  title: string;
  submit: string;
  /** What is said when it is done. */
  done: string;
  change: () => Promise<Outcome<unknown>>;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is taken away. */
export function ConfirmDialog({ title, submit, done, change, onClose, children }: Props) {
  const tell = useNotice();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={submit}
        danger
        onSubmit={change}
        onDone={() => {
          onClose();
          tell(done);
        }}
        onCancel={onClose}
      >
        <p>{children}</p>
      </Form>
    </Dialog>
  );
}
