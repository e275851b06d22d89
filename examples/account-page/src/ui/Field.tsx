import { type ComponentProps, type ReactNode, useId, useState } from "react";

import { texts } from "../texts";
import { useFieldErrors } from "./Form";
import { ErrorMessage } from "./messages";

type Props = Omit<ComponentProps<"input">, "name" | "id"> & {
  /** Where in the mutation's input the value goes, so that errors find their field. */
  name: string;
  label: string;
  hint?: ReactNode;
  multiline?: boolean;
};

/** An input with its label, hint and errors. What a password field holds can be shown. */
export function Field({ name, label, hint, multiline, type, ...rest }: Props) {
  const id = useId();
  const errors = useFieldErrors(name);
  const [isShown, setShown] = useState(false);
  const described = [hint && `${id}-hint`, errors.length > 0 && `${id}-errors`].filter(Boolean).join(" ");
  const attributes = {
    id,
    name,
    dir: "auto",
    "aria-invalid": errors.length > 0,
    ...(described && { "aria-describedby": described }),
  };
  const input = <input {...attributes} type={isShown ? "text" : type} {...rest} />;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <div id={`${id}-hint`} className="hint">
          {hint}
        </div>
      )}
      {multiline ? (
        <textarea {...attributes} rows={3} defaultValue={rest.defaultValue} autoComplete={rest.autoComplete} />
      ) : type === "password" ? (
        <div className="secret">
          {input}
          <button type="button" onClick={() => setShown(!isShown)}>
            {isShown ? texts.actions.hide : texts.actions.show}
            <span className="hidden"> {label}</span>
          </button>
        </div>
      ) : (
        input
      )}
      {errors.length > 0 && (
        <div id={`${id}-errors`} className="error" role="alert">
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
