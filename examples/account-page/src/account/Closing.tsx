import { useState } from "react";

import type { End } from "../AccountApp";
import { useChange } from "../graphql/change";
import { DeleteAccount, SuspendAccount } from "../operations/closing";
import { texts } from "../texts";
import { Row, Section } from "../ui/Section";
import { ClosingDialog } from "./ClosingDialog";
import { useAccess } from "./context";

interface Props {
  offersSuspension: boolean;
  onEnd: (end: End) => void;
}

/** Suspending and deleting the account. */
export function Closing({ offersSuspension, onEnd }: Props) {
  const access = useAccess("ACCOUNT");
  const [dialog, setDialog] = useState<"suspend" | "delete" | null>(null);
  const suspendAccount = useChange(SuspendAccount);
  const deleteAccount = useChange(DeleteAccount);
  if (access !== "EDIT") {
    return null;
  }
  const close = () => setDialog(null);
  return (
    <Section title={texts.closing.title}>
      {offersSuspension && (
        <Row
          label={texts.closing.suspend}
          details={texts.closing.suspendExplained}
          actions={
            <button type="button" className="danger" onClick={() => setDialog("suspend")}>
              {texts.closing.suspend}
            </button>
          }
        />
      )}
      <Row
        label={texts.closing.delete}
        details={texts.closing.deleteExplained}
        actions={
          <button type="button" className="danger" onClick={() => setDialog("delete")}>
            {texts.closing.delete}
          </button>
        }
      />
      {dialog === "suspend" && (
        <ClosingDialog
          title={texts.closing.suspend}
          explanation={texts.closing.suspendExplained}
          change={(input) => suspendAccount({ input })}
          onDone={() => onEnd("SUSPENDED")}
          onClose={close}
        />
      )}
      {dialog === "delete" && (
        <ClosingDialog
          title={texts.closing.delete}
          explanation={texts.closing.deleteExplained}
          change={(input) => deleteAccount({ input })}
          onDone={() => onEnd("DELETED")}
          onClose={close}
        />
      )}
    </Section>
  );
}
