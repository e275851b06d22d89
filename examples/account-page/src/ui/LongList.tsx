import type { ReactNode } from "react";

import { texts } from "../texts";

const shownAtFirst = 8;

interface Props<Item> {
  items: readonly Item[];
  children: (item: Item) => ReactNode;
}

/** A list with a row for each item. What would make the page long is folded away. */
export function LongList<Item extends { id: string }>({ items, children }: Props<Item>) {
  // A fold that hides one or two rows helps nobody.
  const split = items.length > shownAtFirst + 2 ? shownAtFirst : items.length;
  const list = (part: readonly Item[]) => (
    <ul className="list">
      {part.map((item) => (
        <li key={item.id}>{children(item)}</li>
      ))}
    </ul>
  );
  return (
    <>
      {list(items.slice(0, split))}
      {split < items.length && (
        <details className="fold">
          <summary>{texts.more(items.length - split)}</summary>
          {list(items.slice(split))}
        </details>
      )}
    </>
  );
}
