import { useEffect, useState } from "react";

import { address, currentView } from "../config";
import type { AccountError } from "../graphql/account_error";
import { type Outcome, useChange } from "../graphql/change";
import { LinkIdentity } from "../operations/identities";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { ErrorMessage, FailureMessage } from "../ui/messages";
import { useNotice } from "../ui/notice";
import { type PendingLink, takeLink } from "./pending_link";

interface Returned {
  link: PendingLink;
  connectorData: Record<string, string>;
}

/** Finishes a link when a provider has sent the person back. */
export function LinkReturn() {
  const [returned, setReturned] = useState<Returned | null>(null);
  const [outcome, setOutcome] = useState<Outcome<unknown> | null>(null);
  const [isForeign, setForeign] = useState(false);
  const linkIdentity = useChange(LinkIdentity);
  const tell = useNotice();

  function settle(result: Outcome<unknown>, name: string) {
    setOutcome(result);
    if (result.kind === "done") {
      tell(texts.identities.nowLinked(name));
    }
  }

  useEffect(() => {
    if (currentView() !== "link") {
      return;
    }
    const connectorData = Object.fromEntries(new URLSearchParams(location.search));
    history.replaceState(null, "", address("")); // So that this happens once.
    const link = takeLink();
    if (!link || link.state !== connectorData["state"]) {
      setForeign(true); // Somebody else's link, or an old one.
      return;
    }
    setReturned({ link, connectorData });
    void linkIdentity({ input: { linkId: link.id, state: link.state, connectorData } }).then((result) =>
      settle(result, link.name),
    );
  });

  if (isForeign) {
    return (
      <p role="alert" className="error">
        {texts.identities.foreign}
      </p>
    );
  }
  if (returned && !outcome) {
    return <p role="status">{texts.identities.linking(returned.link.name)}</p>;
  }
  if (!returned || !outcome || outcome.kind === "done" || outcome.kind === "cancelled") {
    return null;
  }
  if (outcome.kind === "failed") {
    return <FailureMessage failure={outcome.failure} />;
  }
  const { link, connectorData } = returned;
  if (outcome.errors.some(isAlreadyLinked)) {
    const close = () => setOutcome(null);
    return (
      <Dialog title={texts.identities.linkTitle(link.name)} onClose={close}>
        <Form
          submit={texts.identities.replace}
          onSubmit={() => linkIdentity({ input: { linkId: link.id, state: link.state, connectorData, replace: true } })}
          onDone={(payload) => settle({ kind: "done", payload }, link.name)}
          onCancel={close}
        >
          <p>{texts.identities.alreadyLinked(link.name)}</p>
        </Form>
      </Dialog>
    );
  }
  return (
    <div role="alert" className="error">
      {outcome.errors.map((error, i) => (
        <ErrorMessage key={i} error={error} />
      ))}
    </div>
  );
}

function isAlreadyLinked(error: AccountError): boolean {
  return error.code === "IDENTITY_ALREADY_LINKED";
}
