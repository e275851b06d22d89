import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

import { texts } from "../texts";

const NoticeContext = createContext<(text: string) => void>(() => {});

/** Tells the person, and screen readers, that something is done. */
export function useNotice(): (text: string) => void {
  return useContext(NoticeContext);
}

interface Notice {
  text: string;
  /** Tells the same words twice from the same words still standing there. */
  number: number;
}

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice | null>(null);
  const tell = useCallback((text: string) => {
    // A dialog that is closing would keep the words from screen readers.
    setTimeout(() => setNotice((earlier) => ({ text, number: (earlier?.number ?? 0) + 1 })));
  }, []);
  return (
    <NoticeContext value={tell}>
      {children}
      <div role="status" className="notice">
        {notice && (
          <p key={notice.number}>
            {notice.text}
            <button type="button" className="quiet" aria-label={texts.actions.close} onClick={() => setNotice(null)}>
              ✕
            </button>
          </p>
        )}
      </div>
    </NoticeContext>
  );
}
