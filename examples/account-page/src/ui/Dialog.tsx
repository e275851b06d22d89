import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";

import { texts } from "../texts";

const HoldContext = createContext({ isHeld: false, setBusy: (_: boolean) => {} });

/**
 * Keeps the dialog around this open while it is busy: what has been sent can't be
 * called back, and its answer may hold what is shown only once. It tells whether the
 * dialog is held.
 */
export function useHold(isBusy: boolean): boolean {
  const { isHeld, setBusy } = useContext(HoldContext);
  useEffect(() => {
    setBusy(isBusy);
    return () => setBusy(false);
  }, [setBusy, isBusy]);
  return isHeld;
}

interface Props {
  title: string;
  onClose: () => void;
  /** Whether it stays until a button in it closes it. */
  stays?: boolean;
  /** Whether it can be closed even while something is under way. */
  canBeLeft?: boolean;
  children: ReactNode;
}

/**
 * A modal dialog, open as long as it is rendered. Escape closes it. The focus goes to
 * the first field, or to the heading where there is none, and back in the end.
 */
export function Dialog({ title, onClose, stays = false, canBeLeft = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  const [isBusy, setBusy] = useState(false);
  const isHeld = stays || (isBusy && !canBeLeft);
  const hold = useMemo(() => ({ isHeld, setBusy }), [isHeld]);

  useLayoutEffect(() => {
    const shown = dialog.current!;
    const sectionHeading = document.activeElement?.closest("section")?.querySelector("h2");
    shown.showModal();
    (shown.querySelector<HTMLElement>("input:not([hidden]), textarea") ?? heading.current)?.focus();
    return () => {
      shown.close(); // Gives the focus back to what opened it,
      queueMicrotask(() => {
        if (document.activeElement === document.body) {
          sectionHeading?.focus(); // which may be gone by now.
        }
      });
    };
  }, []);

  useLayoutEffect(() => {
    // What had the focus may have made room for something else.
    if (!dialog.current?.contains(document.activeElement)) {
      heading.current?.focus();
    }
  });

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => isHeld && event.preventDefault()}
      onClose={() => {
        // The event comes late, when it may be open again.
        if (dialog.current?.open) {
          return;
        }
        if (isHeld) {
          dialog.current?.showModal(); // Browsers let nobody refuse Escape twice.
        } else {
          onClose();
        }
      }}
    >
      <header>
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {!stays && (
          <button type="button" className="quiet" aria-label={texts.actions.close} disabled={isHeld} onClick={onClose}>
            ✕
          </button>
        )}
      </header>
      <HoldContext value={hold}>{children}</HoldContext>
    </dialog>
  );
}
