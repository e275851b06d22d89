import { useState } from "react";

import { useAccount } from "../account/context";
import type { Verification } from "../operations/proofs";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { FreshSignIn } from "./FreshSignIn";
import { OwnCode } from "./OwnCode";
import { PasswordProof } from "./PasswordProof";

interface Props {
  methods: readonly string[];
  onProof: (verification: Verification, method: string) => void;
  onCancel: () => void;
}

/** Asks the person to prove that it's them, in one of the methods that are accepted. */
export function StepUpDialog({ methods, onProof, onCancel }: Props) {
  const { user } = useAccount();
  // Other methods than these may come, and the operator may hide an address.
  const usable = methods.filter(
    (method) =>
      method === "PASSWORD" ||
      (method === "EMAIL_CODE" && user.primaryEmail) ||
      (method === "PHONE_CODE" && user.primaryPhone) ||
      method === "FRESH_SIGN_IN",
  );
  const [chosen, setChosen] = useState(usable[0]);
  const props = { onCancel, onProof: (verification: Verification) => onProof(verification, chosen!) };
  const others = usable.filter((method) => method !== chosen);
  return (
    <Dialog title={texts.stepUp.title} onClose={onCancel} canBeLeft>
      <p>{texts.stepUp.why}</p>
      {chosen === undefined && <p role="alert">{texts.stepUp.noMethod}</p>}
      {chosen === "PASSWORD" && <PasswordProof {...props} />}
      {chosen === "EMAIL_CODE" && <OwnCode key={chosen} to={{ email: user.primaryEmail }} {...props} />}
      {chosen === "PHONE_CODE" && <OwnCode key={chosen} to={{ phone: user.primaryPhone }} {...props} />}
      {chosen === "FRESH_SIGN_IN" && <FreshSignIn {...props} />}
      {others.length > 0 && (
        <div className="others">
          <p>{texts.stepUp.otherWays}</p>
          {others.map((method) => (
            <button key={method} type="button" onClick={() => setChosen(method)}>
              {texts.stepUp.method(method)}
            </button>
          ))}
        </div>
      )}
    </Dialog>
  );
}
