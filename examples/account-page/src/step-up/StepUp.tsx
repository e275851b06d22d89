import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";

import { type AccountError, fieldOf } from "../graphql/account_error";
import type { Outcome } from "../graphql/change";
import type { Verification } from "../operations/proofs";
import { StepUpDialog } from "./StepUpDialog";

/** Tries a change with the proof that there is, if there is one. */
type Attempt<Payload> = (stepUpProof: string | null) => Promise<Outcome<Payload>>;

interface StepUp {
  /** Makes a change, and has the person prove before it that they are there where that is asked for. */
  confirmed: <Payload>(attempt: Attempt<Payload>) => Promise<Outcome<Payload>>;
  /** Has the person sign in again, unless they just did. False when they turn back. */
  confirmBySigningIn: () => Promise<boolean>;
}

const StepUpContext = createContext<StepUp | null>(null);

export function useStepUp(): StepUp {
  const stepUp = useContext(StepUpContext);
  if (!stepUp) {
    throw new Error("there is no StepUpProvider");
  }
  return stepUp;
}

interface Proof extends Verification {
  fresh: boolean;
}

interface Request {
  methods: readonly string[];
  answer: (proof: Proof | null) => void;
}

/**
 * Keeps the last proof, in memory alone, and asks for another when it doesn't do.
 */
export function StepUpProvider({ children }: { children: ReactNode }) {
  const kept = useRef<Proof | null>(null);
  const [request, setRequest] = useState<Request | null>(null);

  const ask = useCallback(async (methods: readonly string[]) => {
    const proof = await new Promise<Proof | null>((answer) => setRequest({ methods, answer }));
    setRequest(null);
    kept.current = proof ?? kept.current;
    return proof !== null;
  }, []);

  const stepUp = useMemo<StepUp>(() => {
    return {
      async confirmed(attempt) {
        for (;;) {
          // Whether it is still good is for the server to say: this device's clock may be wrong.
          const proof = kept.current;
          const outcome = await attempt(proof?.proof ?? null);
          const errors = outcome.kind === "refused" ? outcome.errors : [];
          if (proof && errors.some(isProofRefused)) {
            kept.current = null;
            continue;
          }
          const required = errors.find((error) => error.__typename === "StepUpRequiredError");
          if (!required) {
            return outcome;
          }
          if (!(await ask(required.methods))) {
            return { kind: "cancelled" };
          }
        }
      },
      async confirmBySigningIn() {
        const proof = kept.current;
        return (proof?.fresh && Date.parse(proof.expiresAt) > Date.now()) || (await ask(["FRESH_SIGN_IN"]));
      },
    };
  }, [ask]);

  return (
    <StepUpContext value={stepUp}>
      {children}
      {request && (
        <StepUpDialog
          methods={request.methods}
          onProof={(verification, method) => request.answer({ ...verification, fresh: method === "FRESH_SIGN_IN" })}
          onCancel={() => request.answer(null)}
        />
      )}
    </StepUpContext>
  );
}

function isProofRefused(error: AccountError): boolean {
  return error.code === "INVALID_PROOF" && fieldOf(error) === "stepUpProof";
}
