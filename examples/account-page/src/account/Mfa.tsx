import { useState } from "react";

import { texts } from "../texts";
import { Row, Section } from "../ui/Section";
import { BackupCodesDialog } from "./BackupCodesDialog";
import { useAccess, useAccount } from "./context";
import { MfaVerificationRow } from "./MfaVerificationRow";
import { TotpDialog } from "./TotpDialog";
import { Unavailable } from "./Unavailable";

/** The factors of multi-factor authentication. */
export function Mfa() {
  const { user, settings } = useAccount();
  const access = useAccess("MFA");
  const [dialog, setDialog] = useState<"totp" | "backupCodes" | null>(null);
  if (access === "OFF") {
    return null;
  }
  const close = () => setDialog(null);
  const factors = user.mfaVerifications ?? [];
  const isOn = (factor: string) => access === "EDIT" && settings?.mfaFactors?.some((on) => on === factor);
  const has = (type: string) => factors.some(({ __typename }) => __typename === type);
  const hasMain = factors.some(({ __typename }) => __typename !== "BackupCodeVerification");
  return (
    <Section title={texts.mfa.title} description={texts.mfa.description(settings?.mfaRequired ?? false)}>
      <Unavailable field="mfaVerifications" />
      {user.mfaVerifications?.length === 0 && <p>{texts.mfa.none}</p>}
      <ul className="list">
        {factors.map((factor) => (
          <li key={factor.id}>
            <MfaVerificationRow factor={factor} isEditable={access === "EDIT"} />
          </li>
        ))}
      </ul>
      {user.mfaVerifications && isOn("TOTP") && !has("TotpVerification") && (
        <Row
          label={texts.mfa.name("TotpVerification")}
          details={texts.mfa.totpExplained}
          actions={
            <button type="button" onClick={() => setDialog("totp")}>
              {texts.mfa.addTotp}
            </button>
          }
        />
      )}
      {isOn("BACKUP_CODE") && hasMain && (
        <Row
          label={texts.mfa.newCodesLabel}
          details={texts.mfa.codesExplained}
          actions={
            <button type="button" onClick={() => setDialog("backupCodes")}>
              {texts.mfa.newCodes}
            </button>
          }
        />
      )}
      {dialog === "totp" && <TotpDialog onClose={close} />}
      {dialog === "backupCodes" && <BackupCodesDialog replaces={has("BackupCodeVerification")} onClose={close} />}
    </Section>
  );
}
