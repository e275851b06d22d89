import { useEffect, useRef, useState } from "react";

import type { LogtoSettings } from "../config";
import { texts } from "../texts";
import { reauthenticate } from "./sign_in_window";

/** The window of a re-authentication. */
export function Reauthentication({ logto }: { logto: LogtoSettings }) {
  const started = useRef(false);
  const [state, setState] = useState<"busy" | "done" | "failed">("busy");
  useEffect(() => {
    if (!started.current) {
      started.current = true;
      reauthenticate(logto).then(
        () => setState("done"),
        (error: unknown) => {
          console.error(error);
          setState("failed");
        },
      );
    }
  }, [logto]);
  return (
    <main className="alone" aria-busy={state === "busy"}>
      <p role="status">{texts.reauthentication[state]}</p>
    </main>
  );
}
