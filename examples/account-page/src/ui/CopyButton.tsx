import { useState } from "react";

import { texts } from "../texts";

interface Props {
  text: string;
  /** What it copies, for those who don't see beside what it stands. */
  what: string;
}

/** Copies a text, where the browser lets pages do that. */
export function CopyButton({ text, what }: Props) {
  const [state, setState] = useState<"copied" | "copyFailed" | null>(null);
  if (!("clipboard" in navigator)) {
    return null;
  }
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("copyFailed"),
    );
  return (
    <span className="copy">
      <button type="button" onClick={() => void copy()}>
        {texts.actions.copy}
        <span className="hidden"> {what}</span>
      </button>
      <span role="status" className="hint">
        {state && texts.actions[state]}
      </span>
    </span>
  );
}
