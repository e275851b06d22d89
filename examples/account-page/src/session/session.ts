import { type ComponentType, createContext, useContext } from "react";

/** How the page acts for the person: by Logto, or in the demo without it. */
export interface Session {
  /**
   * A token for the account API, always of the same account; a new one where that is asked
   * for. Rejects with a SignedOutError when there is none, and with an OtherAccountError
   * when somebody else has signed in meanwhile.
   */
  accessToken(options?: { renewed: boolean }): Promise<string>;
  /**
   * Has the person sign in once more, with the parameters of a re-authentication,
   * and gives the ID token. Rejects when that fails or the signal aborts it.
   */
  signInAgain(parameters: Promise<Record<string, string>>, signal: AbortSignal): Promise<string>;
  /** Leaves the page for a social provider. */
  visitProvider(uri: string): void;
  /** Lets the person sign in, after the session has ended. */
  signIn(): void;
  signOut(): void;
  /** Whether pictures from other hosts may be loaded. */
  outsidePictures: boolean;
  /** Tells in the demo what people know or find in their mailboxes, beside the field that asks for it. */
  Help?: ComponentType<{ about: "password" | "code" }>;
}

const SessionContext = createContext<Session | null>(null);

export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) {
    throw new Error("there is no SessionProvider");
  }
  return session;
}
