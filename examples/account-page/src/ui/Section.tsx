import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  description?: string;
  children: ReactNode;
}

/** A part of the page. Its heading takes the focus when what had it is gone. */
export function Section({ title, description, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} tabIndex={-1}>
        {title}
      </h2>
      {description && <p className="hint">{description}</p>}
      {children}
    </section>
  );
}

interface RowProps {
  label: ReactNode;
  /** What is said below the label. */
  details?: ReactNode;
  actions?: ReactNode;
}

export function Row({ label, details, actions }: RowProps) {
  return (
    <div className="row">
      <div>
        <div className="label">{label}</div>
        {details && <div className="details">{details}</div>}
      </div>
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}
