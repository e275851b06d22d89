import { address } from "../config";
import { useChange } from "../graphql/change";
import type { SocialConnector } from "../operations/account";
import { StartIdentityLink } from "../operations/identities";
import { useSession } from "../session/session";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { keepLink, newState } from "./pending_link";

interface Props {
  connector: SocialConnector;
  onClose: () => void;
}

/** Sends the person to the provider. LinkReturn goes on from there. */
export function LinkDialog({ connector, onClose }: Props) {
  const session = useSession();
  const { confirmed } = useStepUp();
  const startIdentityLink = useChange(StartIdentityLink);
  const { id: connectorId, name } = connector;

  async function start() {
    const state = newState();
    const outcome = await confirmed((stepUpProof) =>
      startIdentityLink({ input: { connectorId, redirectUri: address("link"), state, stepUpProof } }),
    );
    return outcome.kind === "done" ? { ...outcome, payload: { state, link: outcome.payload.link! } } : outcome;
  }

  return (
    <Dialog title={texts.identities.linkTitle(name)} onClose={onClose}>
      <Form
        submit={texts.actions.continue}
        onSubmit={start}
        onDone={({ state, link }) => {
          keepLink({ id: link.id, state, name });
          session.visitProvider(link.authorizationUri);
        }}
        onCancel={onClose}
      >
        <p>{texts.identities.willLeave(name)}</p>
      </Form>
    </Dialog>
  );
}
