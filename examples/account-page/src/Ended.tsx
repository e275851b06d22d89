import { useEffect, useRef } from "react";

import type { End } from "./AccountApp";
import { useSession } from "./session/session";
import { texts } from "./texts";

/** What is left when the session has ended. */
export function Ended({ end }: { end: End }) {
  const session = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className="alone">
      <h1 ref={heading} tabIndex={-1}>
        {texts.ended[end].title}
      </h1>
      <p>{texts.ended[end].what}</p>
      <div className="actions">
        {end === "UNAUTHENTICATED" ? (
          <button type="button" className="primary" onClick={session.signIn}>
            {texts.signIn.again}
          </button>
        ) : (
          <button type="button" className="primary" onClick={session.signOut}>
            {texts.signOut}
          </button>
        )}
      </div>
    </main>
  );
}
