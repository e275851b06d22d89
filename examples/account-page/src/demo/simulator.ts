import { address } from "../config";

/** A code that the demo's Logto has "sent". */
export interface Message {
  to: string;
  code: string;
  at: string;
}

/** Signs a demo user in, and gives the ID token. */
export async function simulateSignIn(user: string, nonce: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address("simulator/sign-in"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user, nonce }),
    signal,
  });
  if (!response.ok) {
    throw new Error(`sign-in: HTTP ${response.status}`);
  }
  return ((await response.json()) as { idToken: string }).idToken;
}

export async function readMessages(): Promise<Message[]> {
  const response = await fetch(address("simulator/messages"), { cache: "no-store" });
  if (!response.ok) {
    throw new Error(`messages: HTTP ${response.status}`);
  }
  return (await response.json()) as Message[];
}
