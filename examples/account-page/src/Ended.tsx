import { useEffect, useRef } from "react";

import type { End } from "./AccountApp";
import { useSession } from "./session/session";
import { texts } from "./texts";

/** What is left when the session has ended. */
export function Ended({ end }: { end: End }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { label, go } = useWayOut(end);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className="alone">
      <h1 ref={heading} tabIndex={-1}>
        {texts.ended[end].title}
      </h1>
      <p>{texts.ended[end].what}</p>
      <div className="actions">
        <button type="button" className="primary" onClick={go}>
          {label}
        </button>
      </div>
    </main>
  );
}

function useWayOut(end: End): { label: string; go: () => void } {
  const session = useSession();
  switch (end) {
    case "UNAUTHENTICATED":
      return { label: texts.signIn.again, go: session.signIn };
    case "OTHER_ACCOUNT":
      return { label: texts.actions.reloadPage, go: () => location.reload() };
    default:
      return { label: texts.signOut, go: session.signOut };
  }
}
