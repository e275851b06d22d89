import { createContext, type FormEvent, type ReactNode, useContext, useEffect, useRef, useState } from "react";

import { type AccountError, fieldOf, inputError } from "../graphql/account_error";
import type { Outcome } from "../graphql/change";
import type { Failure } from "../graphql/failure";
import { texts } from "../texts";
import { useHold } from "./Dialog";
import { ErrorMessage, FailureMessage } from "./messages";

const FormErrors = createContext<readonly AccountError[]>([]);

/** The errors about the field of this name: `profile.birthdate`. */
export function useFieldErrors(name: string): readonly AccountError[] {
  return useContext(FormErrors).filter((error) => fieldOf(error) === name);
}

interface Props<Payload> {
  submit: string;
  danger?: boolean;
  onSubmit: (fields: FormData) => Promise<Outcome<Payload>>;
  onDone: (payload: Payload) => void;
  onCancel?: () => void;
  children?: ReactNode;
}

/**
 * A form around one change. Errors show at the fields that they are about, all
 * others above the buttons, and the first one gets the focus.
 */
export function Form<Payload>({ submit, danger, onSubmit, onDone, onCancel, children }: Props<Payload>) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly AccountError[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const isHeld = useHold(busy);

  async function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) {
      return;
    }
    setBusy(true);
    setErrors([]); // The same error once more is news.
    setFailure(null);
    const outcome = await outcomeOf(event.currentTarget, onSubmit);
    setBusy(false);
    setErrors(outcome.kind === "refused" ? outcome.errors : []);
    setFailure(outcome.kind === "failed" ? outcome.failure : null);
    if (outcome.kind === "done") {
      onDone(outcome.payload);
    }
  }

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]")?.focus();
  }, [errors, failure]);

  const unclaimed = errors.filter((error) => !form.current?.elements.namedItem(fieldOf(error)));
  return (
    <form ref={form} onSubmit={(event) => void handleSubmit(event)} noValidate aria-busy={busy}>
      <FormErrors value={errors}>{children}</FormErrors>
      {unclaimed.length > 0 && (
        <div role="alert" tabIndex={-1} className="error">
          {unclaimed.map((error, i) => (
            <ErrorMessage key={i} error={error} />
          ))}
        </div>
      )}
      {failure && <FailureMessage failure={failure} />}
      <div className="actions">
        {onCancel && (
          <button type="button" disabled={isHeld} onClick={onCancel}>
            {texts.actions.cancel}
          </button>
        )}
        <button type="submit" className={danger ? "danger" : "primary"} aria-disabled={busy}>
          {busy ? texts.actions.working : submit}
        </button>
      </div>
    </form>
  );
}

async function outcomeOf<Payload>(
  form: HTMLFormElement,
  onSubmit: Props<Payload>["onSubmit"],
): Promise<Outcome<Payload>> {
  // Browsers give what they can't read, such as half a date, as if nothing had been typed.
  const unread = [...form.querySelectorAll("input")].filter(({ validity }) => validity.badInput);
  if (unread.length > 0) {
    return { kind: "refused", errors: unread.map(({ name }) => inputError(texts.unread, ...name.split("."))) };
  }
  try {
    return await onSubmit(new FormData(form));
  } catch (error) {
    console.error(error);
    return { kind: "failed", failure: { code: "INTERNAL" } }; // Busy for good, the dialog could never be closed.
  }
}
