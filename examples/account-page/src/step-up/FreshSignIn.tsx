import { useEffect, useRef } from "react";

import { type Outcome, useChange } from "../graphql/change";
import { CompleteReauthentication, StartReauthentication, type Verification } from "../operations/proofs";
import { useSession } from "../session/session";
import { texts } from "../texts";
import { Form } from "../ui/Form";

interface Props {
  onProof: (verification: Verification) => void;
  onCancel: () => void;
}

/** A proof by a new sign-in, with whatever factors Logto asks for. */
export function FreshSignIn({ onProof, onCancel }: Props) {
  const session = useSession();
  const startReauthentication = useChange(StartReauthentication);
  const completeReauthentication = useChange(CompleteReauthentication);
  const closed = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    closed.current = controller;
    return () => controller.abort();
  }, []);

  async function signIn(): Promise<Outcome<{ verification: Verification | null }>> {
    const starting = startReauthentication({});
    // Called before anything is awaited: browsers open windows for clicks alone.
    const signingIn = session.signInAgain(starting.then(parametersOf), closed.current.signal);
    const idToken = await signingIn.catch(() => null);
    const started = await starting;
    if (started.kind !== "done") {
      return started;
    }
    if (idToken === null) {
      return { kind: "failed", failure: { code: "SIGN_IN_FAILED" } };
    }
    const { id } = started.payload.reauthentication!;
    return completeReauthentication({ input: { id, idToken } });
  }

  return (
    <Form
      submit={texts.stepUp.signIn}
      onSubmit={signIn}
      onDone={({ verification }) => onProof(verification!)}
      onCancel={onCancel}
    >
      <p>{texts.stepUp.freshSignIn}</p>
    </Form>
  );
}

type Started = Outcome<{ reauthentication: { authorizationParameters: unknown } | null }>;

function parametersOf(started: Started): Record<string, string> {
  if (started.kind !== "done") {
    throw new Error("the re-authentication was not started");
  }
  const parameters = started.payload.reauthentication!.authorizationParameters as object;
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
