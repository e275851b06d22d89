import { useState } from "react";

import { useChange } from "../graphql/change";
import { ConfirmTotpEnrollment, StartTotpEnrollment, type TotpEnrollment } from "../operations/mfa";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { codeIn } from "../ui/code";
import { CopyButton } from "../ui/CopyButton";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";

interface Props {
  onClose: () => void;
}

/** Sets up an authenticator app: shows the secret, then asks for a code of it. */
export function TotpDialog({ onClose }: Props) {
  const [enrollment, setEnrollment] = useState<TotpEnrollment | null>(null);
  const { confirmed } = useStepUp();
  const tell = useNotice();
  const startTotpEnrollment = useChange(StartTotpEnrollment);
  const confirmTotpEnrollment = useChange(ConfirmTotpEnrollment);
  return (
    <Dialog title={texts.mfa.addTotp} onClose={onClose}>
      {enrollment ? (
        <Form
          submit={texts.mfa.confirmTotp}
          onSubmit={(fields) => confirmTotpEnrollment({ input: { enrollmentId: enrollment.id, code: codeIn(fields) } })}
          onDone={() => {
            onClose();
            tell(texts.mfa.totpAdded);
          }}
          onCancel={onClose}
        >
          <Secret enrollment={enrollment} />
          <Field name="code" label={texts.mfa.totpCode} inputMode="numeric" autoComplete="one-time-code" autoFocus />
        </Form>
      ) : (
        <Form
          submit={texts.actions.continue}
          onSubmit={() => confirmed((stepUpProof) => startTotpEnrollment({ input: { stepUpProof } }))}
          onDone={(payload) => setEnrollment(payload.enrollment)}
          onCancel={onClose}
        >
          <p>{texts.mfa.totpIntroduction}</p>
        </Form>
      )}
    </Dialog>
  );
}

/** The secret, for another device's camera, for this device's app, and to be typed. */
function Secret({ enrollment }: { enrollment: TotpEnrollment }) {
  return (
    <>
      <p>{texts.mfa.scan}</p>
      <img className="qr" src={enrollment.qrCode} alt={texts.mfa.qrCode} />
      <p>
        <a href={enrollment.otpauthUri}>{texts.mfa.openApp}</a>
      </p>
      <p>
        {texts.mfa.orType} <code>{enrollment.secret}</code>
      </p>
      <p>
        <CopyButton text={enrollment.secret} what={texts.mfa.secret} />
      </p>
    </>
  );
}
