import { useState } from "react";

import { useChange } from "../graphql/change";
import { SendVerificationCode, type Verification, type VerificationChallenge } from "../operations/proofs";
import { texts } from "../texts";
import { Form } from "../ui/Form";
import { CodeForm } from "./CodeForm";

interface Props {
  /** The account's own address. */
  to: { email: string | null } | { phone: string | null };
  onProof: (verification: Verification) => void;
  onCancel: () => void;
}

/** A proof by a code that is sent to the account's own address. */
export function OwnCode({ to, onProof, onCancel }: Props) {
  const sendVerificationCode = useChange(SendVerificationCode);
  const [challenge, setChallenge] = useState<VerificationChallenge | null>(null);
  const send = () => sendVerificationCode({ input: to });
  if (challenge) {
    return (
      <CodeForm
        challenge={challenge}
        send={send}
        use={async (verification) => ({ kind: "done", payload: verification })}
        onDone={onProof}
        onCancel={onCancel}
      />
    );
  }
  return (
    <Form
      submit={texts.code.send}
      onSubmit={send}
      onDone={(payload) => setChallenge(payload.challenge)}
      onCancel={onCancel}
    >
      <p>{texts.code.willBeSent(("email" in to ? to.email : to.phone) ?? "")}</p>
    </Form>
  );
}
