import { useState } from "react";

import { useSession } from "../session/session";
import { texts } from "../texts";
import { Initial } from "../ui/Initial";
import { Section } from "../ui/Section";
import { useAccess, useAccount } from "./context";
import { ProfileDialog } from "./ProfileDialog";

/** Name, picture and the claims of OpenID Connect. */
export function Profile() {
  const { user } = useAccount();
  const access = { name: useAccess("NAME"), avatar: useAccess("AVATAR"), profile: useAccess("PROFILE") };
  const [isEditing, setEditing] = useState(false);
  const levels = Object.values(access);
  const identifier = user.username ?? user.primaryEmail ?? user.primaryPhone;
  if (levels.every((level) => level === "OFF")) {
    return null;
  }
  const { address, ...claims } = user.profile ?? {};
  const shown = [
    ...Object.entries(claims),
    ...Object.entries(address ?? {}).map(([name, value]) => [`address.${name}`, value]),
  ].filter((claim): claim is [string, string] => Boolean(claim[1]) && claim[0] !== "__typename");

  return (
    <Section
      title={texts.profile.title}
      action={
        levels.includes("EDIT") && (
          <button type="button" onClick={() => setEditing(true)}>
            {texts.profile.edit}
          </button>
        )
      }
    >
      <div className="person">
        <Avatar name={user.name ?? identifier ?? ""} picture={user.avatar} />
        <div className="what">
          <div className="name">
            <bdi>{user.name ?? texts.profile.noName}</bdi>
          </div>
          {identifier && (
            <div className="hint">
              <bdi>{identifier}</bdi>
            </div>
          )}
        </div>
      </div>
      {shown.length > 0 && (
        <details>
          <summary>{texts.profile.more}</summary>
          <dl>
            {shown.map(([name, value]) => (
              <div key={name}>
                <dt>{texts.profile.label(name)}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {isEditing && <ProfileDialog access={access} onClose={() => setEditing(false)} />}
    </Section>
  );
}

interface AvatarProps {
  name: string;
  picture: string | null;
}

/** The picture, or the name's first letter. */
function Avatar({ name, picture }: AvatarProps) {
  const { outsidePictures } = useSession();
  const [broken, setBroken] = useState<string | null>(null);
  return picture && picture !== broken && outsidePictures ? (
    <img className="avatar" src={picture} alt="" referrerPolicy="no-referrer" onError={() => setBroken(picture)} />
  ) : (
    <span className="avatar" aria-hidden>
      <Initial of={name} />
    </span>
  );
}
