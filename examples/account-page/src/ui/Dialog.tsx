import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

import { texts } from "../texts";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog, open as long as it is rendered. Escape closes it. The focus goes to
 * the first field, or to the heading where there is none, and back in the end.
 */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();

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
      onClose={() => {
        // Escape closed it. The event comes late, when it may be open again.
        if (!dialog.current?.open) {
          onClose();
        }
      }}
    >
      <header>
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className="quiet" aria-label={texts.actions.close} onClick={onClose}>
          ✕
        </button>
      </header>
      {children}
    </dialog>
  );
}
