import { useEffect, useRef, useState } from "react";

import { type Outcome, useChange } from "../graphql/change";
import { type Verification, type VerificationChallenge, VerifyCode } from "../operations/proofs";
import { useSession } from "../session/session";
import { texts } from "../texts";
import { codeIn } from "../ui/code";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";

interface Props<Payload> {
  challenge: VerificationChallenge;
  /** Sends another code to the same address. */
  send: () => Promise<Outcome<{ challenge: VerificationChallenge | null }>>;
  /** What the proof is for. It is called again with the same proof if it fails. */
  use: (verification: Verification) => Promise<Outcome<Payload>>;
  onDone: (payload: Payload) => void;
  onCancel: () => void;
}

/** Asks for the code that was sent, and lets another one be sent. */
export function CodeForm<Payload>({ challenge: first, send, use, onDone, onCancel }: Props<Payload>) {
  const { Help } = useSession();
  const verifyCode = useChange(VerifyCode);
  const [challenge, setChallenge] = useState(first);
  const verified = useRef<Verification>(null); // A code is good once.
  const wait = useSecondsUntil(challenge.resendAvailableAt);

  async function submit(code: string): Promise<Outcome<Payload>> {
    if (!verified.current) {
      const outcome = await verifyCode({ input: { challengeId: challenge.id, code } });
      if (outcome.kind !== "done") {
        return outcome;
      }
      verified.current = outcome.payload.verification;
    }
    return use(verified.current!);
  }

  return (
    <>
      <Form
        submit={texts.actions.continue}
        onSubmit={(fields) => submit(codeIn(fields))}
        onDone={onDone}
        onCancel={onCancel}
      >
        <p>{texts.code.sent(challenge.maskedTarget)}</p>
        <Field name="code" label={texts.code.label} inputMode="numeric" autoComplete="one-time-code" autoFocus />
        {Help && <Help key={challenge.id} about="code" />}
      </Form>
      {wait > 0 ? (
        <p className="hint">{texts.code.wait(wait)}</p>
      ) : (
        <Form
          submit={texts.code.resend}
          onSubmit={send}
          onDone={(payload) => {
            setChallenge(payload.challenge!);
            verified.current = null;
          }}
        />
      )}
    </>
  );
}

function useSecondsUntil(moment: string): number {
  const left = () => Math.max(0, Math.ceil((Date.parse(moment) - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left);
    const timer = setInterval(() => setSeconds(left), 1000);
    return () => clearInterval(timer);
  }, [moment]);
  return seconds;
}
