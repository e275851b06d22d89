// A link leaves the page for the provider, so what is needed to finish it is kept
// meanwhile, in this tab alone.

const key = "accountql:link";

export interface PendingLink {
  id: string;
  state: string;
  /** The connector's name, to be shown. */
  name: string;
}

export function keepLink(link: PendingLink): void {
  sessionStorage.setItem(key, JSON.stringify(link));
}

/** Gives the link that is under way, once. */
export function takeLink(): PendingLink | null {
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return kept === null ? null : (JSON.parse(kept) as PendingLink);
}

/** A random state: 128 bits in hexadecimal digits. */
export function newState(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
