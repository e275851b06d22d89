import {
  BaseClient,
  createRequester,
  generateCodeChallenge,
  generateCodeVerifier,
  generateState,
} from "@logto/browser";

import { address, currentView, type LogtoSettings } from "../config";

// A re-authentication happens in a window of its own, so that the page stays as it
// is. Its client keeps everything in that window's session storage: the page's own
// sign-in is not touched by it, whoever signs in there.

const prefix = "accountql:reauthentication:";
/** Where the window keeps for which request it was opened. */
const nonceKey = `${prefix}nonce`;
const channelName = "accountql:reauthentication";

/** What the window sends to the page. */
interface Message {
  nonce: string;
  /** Null when the sign-in failed. */
  idToken: string | null;
}

/** Whether this window was opened for a re-authentication. */
export function isReauthentication(): boolean {
  return (
    currentView() === "reauthentication" || (currentView() === "callback" && sessionStorage.getItem(nonceKey) !== null)
  );
}

/**
 * Opens the window, and waits for the ID token with the nonce of the parameters.
 */
export async function signInInWindow(
  parameters: Promise<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const opened = window.open("", "_blank", "popup,width=480,height=720");
  if (!opened) {
    throw new Error("the browser doesn't open windows for this page");
  }
  // Whoever the person signs in with would have a hold on this page otherwise.
  opened.opener = null;
  try {
    const asked = await parameters;
    const answer = answerTo(asked["nonce"] ?? "", signal);
    opened.location.href = `${address("reauthentication")}?${new URLSearchParams(asked).toString()}`;
    return await answer;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function answerTo(nonce: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const channel = new BroadcastChannel(channelName);
  return new Promise<string>((resolve, reject) => {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.nonce !== nonce) {
        return; // Another tab's.
      }
      if (data.idToken === null) {
        reject(new Error("the sign-in failed"));
      } else {
        resolve(data.idToken);
      }
    };
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  }).finally(() => channel.close());
}

/** Runs in the window: goes to Logto at first, and back from there tells the page and closes it. */
export async function reauthenticate(logto: LogtoSettings): Promise<void> {
  const asked = Object.fromEntries(new URLSearchParams(location.search));
  if (currentView() === "reauthentication") {
    sessionStorage.setItem(nonceKey, asked["nonce"] ?? "");
  }
  try {
    const client = newClient(logto);
    if (currentView() === "reauthentication") {
      await client.signIn({ redirectUri: address("callback"), extraParams: asked });
      return;
    }
    await client.handleSignInCallback(location.href);
    const idToken = await client.getIdToken();
    await client.clearAllTokens();
    tellPage(idToken);
  } catch (error) {
    tellPage(null);
    throw error;
  }
  window.close();
}

function tellPage(idToken: string | null): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage({ nonce: sessionStorage.getItem(nonceKey) ?? "", idToken } satisfies Message);
  channel.close();
  sessionStorage.removeItem(nonceKey);
}

/** Makes a client that keeps everything in this window. */
function newClient(logto: LogtoSettings): BaseClient {
  return new BaseClient(
    { endpoint: logto.endpoint, appId: logto.appId, scopes: ["openid"], includeReservedScopes: false },
    {
      requester: createRequester(fetch),
      navigate: (url) => location.replace(url),
      storage: {
        getItem: async (key) => sessionStorage.getItem(prefix + key),
        setItem: async (key, value) => sessionStorage.setItem(prefix + key, value),
        removeItem: async (key) => sessionStorage.removeItem(prefix + key),
      },
      generateCodeChallenge,
      generateCodeVerifier,
      generateState,
    },
  );
}
