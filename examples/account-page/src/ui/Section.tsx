import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  description?: string;
  /** A button for the whole of it. */
  action?: ReactNode;
  children: ReactNode;
}

/** A part of the page. Its heading takes the focus when what had it is gone. */
export function Section({ title, description, action, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id} tabIndex={-1}>
            {title}
          </h2>
          {description && <p className="hint">{description}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

interface RowProps {
  icon?: ReactNode;
  label: string;
  /** What is said below the label. */
  details?: ReactNode;
  actions?: ReactNode;
}

/** A line of a list. Names of any script keep to themselves what direction they have. */
export function Row({ icon, label, details, actions }: RowProps) {
  return (
    <div className="row">
      {icon}
      <div className="what">
        <div className="label">
          <bdi>{label}</bdi>
        </div>
        {details && <div className="details">{details}</div>}
      </div>
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}
