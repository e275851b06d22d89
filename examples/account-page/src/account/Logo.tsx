import type { SocialConnector } from "../operations/account";
import { useSession } from "../session/session";
import { Initial } from "../ui/Initial";

interface Props {
  name: string;
  connector?: SocialConnector | undefined;
}

/** A provider's logo, or its first letter. It says no more than the name beside it. */
export function Logo({ name, connector }: Props) {
  const { outsidePictures } = useSession();
  const isShown = (logo: string | null | undefined): logo is string =>
    Boolean(logo) && (outsidePictures || logo!.startsWith("data:"));
  if (!isShown(connector?.logo)) {
    return (
      <span className="logo" aria-hidden>
        <Initial of={name} />
      </span>
    );
  }
  return (
    <picture className="logo">
      {isShown(connector.logoDark) && <source srcSet={connector.logoDark} media="(prefers-color-scheme: dark)" />}
      <img src={connector.logo} alt="" referrerPolicy="no-referrer" />
    </picture>
  );
}
