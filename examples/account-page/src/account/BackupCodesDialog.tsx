import { useState } from "react";

import { useChange } from "../graphql/change";
import { GenerateBackupCodes } from "../operations/mfa";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { CopyButton } from "../ui/CopyButton";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";

interface Props {
  /** Whether there are codes that stop working. */
  replaces: boolean;
  onClose: () => void;
}

/** Makes backup codes and shows them this once. */
export function BackupCodesDialog({ replaces, onClose }: Props) {
  const [codes, setCodes] = useState<string[] | null>(null);
  const { confirmed } = useStepUp();
  const generateBackupCodes = useChange(GenerateBackupCodes);
  return (
    <Dialog title={texts.mfa.newCodes} onClose={onClose} stays={codes !== null}>
      {codes ? (
        <>
          <p role="status">{texts.mfa.keepCodes}</p>
          <ul className="codes">
            {codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
          <div className="actions">
            <CopyButton text={codes.join("\n")} what={texts.mfa.codes} />
            <button type="button" className="primary" onClick={onClose}>
              {texts.mfa.codesKept}
            </button>
          </div>
        </>
      ) : (
        <Form
          submit={texts.mfa.newCodes}
          onSubmit={() =>
            confirmed((stepUpProof) => generateBackupCodes({ input: { replace: replaces, stepUpProof } }))
          }
          onDone={(payload) => setCodes(payload.codes)}
          onCancel={onClose}
        >
          <p>{texts.mfa.codesExplained}</p>
          {replaces && <p>{texts.mfa.replacesCodes}</p>}
        </Form>
      )}
    </Dialog>
  );
}
