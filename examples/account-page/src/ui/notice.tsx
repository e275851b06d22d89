import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

import { texts } from "../texts";

const NoticeContext = createContext<(text: string) => void>(() => {});

/** Tells the person, and screen readers, that something is done. */
export function useNotice(): (text: string) => void {
  return useContext(NoticeContext);
}

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  // A dialog that is closing would keep the words from screen readers.
  const tell = useCallback((next: string) => void setTimeout(setText, 0, next), []);
  return (
    <NoticeContext value={tell}>
      {children}
      <div role="status" className="notice">
        {text && (
          <p>
            {text}
            <button type="button" className="quiet" aria-label={texts.actions.close} onClick={() => setText("")}>
              ✕
            </button>
          </p>
        )}
      </div>
    </NoticeContext>
  );
}
