/** The application in Logto that the page signs in to. */
export interface LogtoSettings {
  endpoint: string;
  appId: string;
  /** The API resource that stands for accountql. */
  resource: string;
}

/** Somebody whom the demo lets act without a sign-in. */
export interface DemoUser {
  name: string;
  token: string;
  /** Empty when there is none. */
  password: string;
}

/** What the page needs to know of its surroundings: either `logto` or `demo`. */
export interface Config {
  /** The address of accountql's endpoint. */
  graphql: string;
  /** Whether the operator lets people suspend their accounts. */
  selfSuspension: boolean;
  logto?: LogtoSettings;
  demo?: { users: DemoUser[] };
}

export async function readConfig(): Promise<Config> {
  const response = await fetch(address("config.json"), { cache: "no-store" });
  if (!response.ok) {
    throw new Error(`config.json: HTTP ${response.status}`);
  }
  return (await response.json()) as Config;
}

/** The views that have an address of their own, below the page's. */
export type View = "" | "callback" | "link" | "reauthentication" | "provider";

export function currentView(): View {
  return location.pathname.slice(import.meta.env.BASE_URL.length) as View;
}

/** The absolute address of a view, or of a file beside the page. */
export function address(name: View | "config.json" | `simulator/${string}`): string {
  return new URL(import.meta.env.BASE_URL + name, location.origin).href;
}
