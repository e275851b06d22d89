import { type ComponentProps, type ReactNode, useId } from "react";

import { useFieldErrors } from "./Form";
import { ErrorMessage } from "./messages";

type Props = Omit<ComponentProps<"input">, "name" | "id"> & {
  /** Where in the mutation's input the value goes, so that errors find their field. */
  name: string;
  label: string;
  hint?: ReactNode;
  multiline?: boolean;
};

/** An input with its label, hint and errors. */
export function Field({ name, label, hint, multiline, ...rest }: Props) {
  const id = useId();
  const errors = useFieldErrors(name);
  const described = [hint && `${id}-hint`, errors.length > 0 && `${id}-errors`].filter(Boolean).join(" ");
  const attributes = {
    id,
    name,
    "aria-invalid": errors.length > 0,
    ...(described && { "aria-describedby": described }),
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <div id={`${id}-hint`} className="hint">
          {hint}
        </div>
      )}
      {multiline ? (
        <textarea {...attributes} rows={4} defaultValue={rest.defaultValue} />
      ) : (
        <input {...attributes} {...rest} />
      )}
      {errors.length > 0 && (
        <div id={`${id}-errors`} className="error">
          {errors.map((error, i) => (
            <ErrorMessage key={i} error={error} />
          ))}
        </div>
      )}
    </div>
  );
}

interface CheckboxProps {
  name: string;
  label: string;
}

export function Checkbox({ name, label }: CheckboxProps) {
  return (
    <label className="checkbox">
      <input type="checkbox" name={name} /> {label}
    </label>
  );
}
