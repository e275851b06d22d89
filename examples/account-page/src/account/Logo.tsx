import type { SocialConnector } from "../operations/account";
import { useSession } from "../session/session";

interface Props {
  connector: SocialConnector | undefined;
}

/** A provider's logo, which says no more than the name beside it. */
export function Logo({ connector }: Props) {
  const { outsidePictures } = useSession();
  const isShown = (logo: string | null | undefined): logo is string =>
    Boolean(logo) && (outsidePictures || logo!.startsWith("data:"));
  if (!isShown(connector?.logo)) {
    return null;
  }
  return (
    <picture>
      {isShown(connector.logoDark) && <source srcSet={connector.logoDark} media="(prefers-color-scheme: dark)" />}
      <img className="logo" src={connector.logo} alt="" referrerPolicy="no-referrer" />
    </picture>
  );
}
