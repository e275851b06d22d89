import { useState } from "react";

import { texts } from "../texts";

/** Copies a text, where the browser lets pages do that. */
export function CopyButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  if (!("clipboard" in navigator)) {
    return null;
  }
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <button type="button" onClick={() => void copy()}>
      {isCopied ? texts.actions.copied : texts.actions.copy}
      <span role="status" className="hidden">
        {isCopied && texts.actions.copied}
      </span>
    </button>
  );
}
