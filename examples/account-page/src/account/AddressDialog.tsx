import { type ComponentProps, useState } from "react";

import { inputError } from "../graphql/account_error";
import { type Outcome, useChange } from "../graphql/change";
import { SendVerificationCode, type VerificationChallenge } from "../operations/proofs";
import { CodeForm } from "../step-up/CodeForm";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";
import { useAccount } from "./context";

interface Props {
  kind: "email" | "phone";
  label: string;
  field: Omit<ComponentProps<typeof Field>, "name" | "label">;
  /** Makes the address the account's, with both proofs. */
  update: (address: string, identifierProof: string, stepUpProof: string | null) => Promise<Outcome<unknown>>;
  onClose: () => void;
}

/** Changes an email address or a phone number by a code that is sent there. */
export function AddressDialog({ kind, label, field, update, onClose }: Props) {
  const { user } = useAccount();
  const { confirmed, confirmBySigningIn } = useStepUp();
  const tell = useNotice();
  const sendVerificationCode = useChange(SendVerificationCode);
  const [sent, setSent] = useState<{ address: string; challenge: VerificationChallenge } | null>(null);

  function send(address: string) {
    return confirmed((stepUpProof) => sendVerificationCode({ input: { [kind]: address, stepUpProof } }));
  }

  async function sendFirst(address: string) {
    // Its code would prove who the person is, and change nothing.
    if (isSame(kind, address, (kind === "email" ? user.primaryEmail : user.primaryPhone) ?? "")) {
      return { kind: "refused", errors: [inputError(texts.signInMethods.isPresent(label), kind)] } as const;
    }
    // With a second factor the update takes nothing less, so one proof serves both.
    if (user.mfaVerifications?.length && !(await confirmBySigningIn())) {
      return { kind: "cancelled" } as const;
    }
    const outcome = await send(address);
    return outcome.kind === "done"
      ? { ...outcome, payload: { address, challenge: outcome.payload.challenge! } }
      : outcome;
  }

  return (
    <Dialog title={label} onClose={onClose}>
      {sent ? (
        <CodeForm
          challenge={sent.challenge}
          send={() => send(sent.address)}
          use={({ proof }) => confirmed((stepUpProof) => update(sent.address, proof, stepUpProof))}
          onDone={() => {
            onClose();
            tell(texts.changed(label));
          }}
          onCancel={onClose}
        />
      ) : (
        <Form
          submit={texts.code.send}
          onSubmit={(fields) => sendFirst(String(fields.get(kind)).trim())}
          onDone={setSent}
          onCancel={onClose}
        >
          <Field name={kind} label={texts.signInMethods.newOne(label)} {...field} />
        </Form>
      )}
    </Dialog>
  );
}

/** Whether two addresses are one, as Logto has it: numbers may be written with spaces, and emails in any case. */
function isSame(kind: Props["kind"], a: string, b: string): boolean {
  const plain = (address: string) => (kind === "email" ? address.toLowerCase() : address.replaceAll(/[\s().-]/g, ""));
  return a !== "" && plain(a) === plain(b);
}
