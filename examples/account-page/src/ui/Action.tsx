interface Props {
  /** What it does: "Change". */
  verb: string;
  /** To what, for those who don't see beside which row it stands. */
  what: string;
  onClick: () => void;
}

/** A row's button. */
export function Action({ verb, what, onClick }: Props) {
  return (
    <button type="button" onClick={onClick}>
      {verb}
      <span className="hidden"> {what}</span>
    </button>
  );
}
