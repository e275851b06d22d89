import { useState } from "react";

import type { DemoUser } from "../config";
import { texts } from "../texts";
import { formatMinute } from "../ui/time";
import { type Message, readMessages } from "./simulator";

/** Tells what is needed to play the demo's user: the password, and the codes that were "sent". */
export function DemoBanner({ user }: { user: DemoUser }) {
  const [messages, setMessages] = useState<Message[]>([]);
  return (
    <aside className="demo" aria-label={texts.demo.title}>
      <p>
        <strong>{texts.demo.title}</strong> {texts.demo.actingAs(user.name)}{" "}
        {user.password && (
          <>
            {texts.demo.password} <code>{user.password}</code>
          </>
        )}
      </p>
      <details onToggle={(event) => event.currentTarget.open && void readMessages().then(setMessages)}>
        <summary>{texts.demo.codes}</summary>
        {messages.length === 0 && <p>{texts.demo.noCodes}</p>}
        <ul>
          {messages.toReversed().map(({ to, code, at }) => (
            <li key={at + to}>
              <code>{code}</code> {to} ({formatMinute(at)})
            </li>
          ))}
        </ul>
      </details>
    </aside>
  );
}
