import { useEffect, useState } from "react";

import { texts } from "../texts";
import { type Message, readMessages } from "./simulator";

/** Makes what tells a demo user's password and the last code that was "sent", where they are asked for. */
export function newDemoHelp(password: string) {
  return function DemoHelp({ about }: { about: "password" | "code" }) {
    const [message, setMessage] = useState<Message>();
    useEffect(() => {
      if (about === "code") {
        void readMessages().then((messages) => setMessage(messages.at(-1)));
      }
    }, [about]);
    const told = about === "password" ? password : message?.code;
    return (
      told && (
        <p className="help">
          <strong>{texts.demo.title}</strong> {about === "password" ? texts.demo.password : texts.demo.code}{" "}
          <code>{told}</code>
        </p>
      )
    );
  };
}
