import { useState } from "react";

import { useChange } from "../graphql/change";
import type { SocialConnector } from "../operations/account";
import { UnlinkIdentity } from "../operations/identities";
import type { SocialIdentity } from "../operations/sign_in_methods";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Action } from "../ui/Action";
import { Row, Section } from "../ui/Section";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccess, useAccount } from "./context";
import { LinkDialog } from "./LinkDialog";
import { Logo } from "./Logo";
import { Unavailable } from "./Unavailable";

/** Social accounts, linked and to be linked, and enterprise accounts. */
export function Identities() {
  const { user, settings } = useAccount();
  const access = useAccess("SOCIAL");
  if (access === "OFF") {
    return null;
  }
  const connectors = settings?.socialConnectors ?? [];
  const identities = user.identities ?? [];
  const linkable = connectors.filter(
    (connector) => connector.linkable && !identities.some(({ target }) => target === connector.target),
  );
  const offered = access === "EDIT" ? linkable : [];
  const enterprise = user.ssoIdentities ?? [];
  if (user.identities && identities.length + offered.length + enterprise.length === 0) {
    return null;
  }
  return (
    <Section title={texts.identities.title} description={texts.identities.description}>
      <Unavailable field="identities" />
      <ul className="list">
        {identities.map((identity) => (
          <li key={identity.id}>
            <Identity
              identity={identity}
              connector={connectors.find(({ target }) => target === identity.target)}
              isEditable={access === "EDIT"}
            />
          </li>
        ))}
        {offered.map((connector) => (
          <li key={connector.id}>
            <Linkable connector={connector} />
          </li>
        ))}
        {enterprise.map((identity) => (
          <li key={identity.id}>
            <Row
              icon={<Logo name={identity.issuer.replace(/^https?:\/\//, "")} />}
              label={identity.issuer}
              details={texts.identities.enterprise(identity.identityId)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface IdentityProps {
  identity: SocialIdentity;
  connector: SocialConnector | undefined;
  isEditable: boolean;
}

function Identity({ identity, connector, isEditable }: IdentityProps) {
  const [isUnlinking, setUnlinking] = useState(false);
  const { confirmed } = useStepUp();
  const unlinkIdentity = useChange(UnlinkIdentity);
  const name = connector?.name ?? identity.target;
  const { removable } = identity;
  return (
    <>
      <Row
        icon={<Logo name={name} connector={connector} />}
        label={name}
        details={
          <>
            <span className="value">
              <bdi>{[identity.name, identity.email].filter(Boolean).join(", ") || texts.identities.linked}</bdi>
            </span>
            {isEditable && removable && !removable.allowed && (
              <span className="hint">{texts.notRemovable(removable.reason)}</span>
            )}
          </>
        }
        actions={
          isEditable &&
          removable?.allowed && <Action verb={texts.identities.unlink} what={name} onClick={() => setUnlinking(true)} />
        }
      />
      {isUnlinking && (
        <ConfirmDialog
          title={texts.identities.unlinkTitle(name)}
          submit={texts.identities.unlink}
          done={texts.identities.unlinked(name)}
          change={() => confirmed((stepUpProof) => unlinkIdentity({ input: { target: identity.target, stepUpProof } }))}
          onClose={() => setUnlinking(false)}
        >
          {texts.identities.unlinkExplained(name)}
        </ConfirmDialog>
      )}
    </>
  );
}

function Linkable({ connector }: { connector: SocialConnector }) {
  const [isLinking, setLinking] = useState(false);
  return (
    <>
      <Row
        icon={<Logo name={connector.name} connector={connector} />}
        label={connector.name}
        details={texts.identities.notLinked}
        actions={<Action verb={texts.identities.link} what={connector.name} onClick={() => setLinking(true)} />}
      />
      {isLinking && <LinkDialog connector={connector} onClose={() => setLinking(false)} />}
    </>
  );
}
