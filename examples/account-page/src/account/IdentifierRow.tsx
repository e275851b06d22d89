import type { Removable } from "../operations/sign_in_methods";
import { texts } from "../texts";
import { Action } from "../ui/Action";
import { Row } from "../ui/Section";

interface Props {
  label: string;
  value: string | null;
  isEditable: boolean;
  removable: Removable;
  onChange: () => void;
  onRemove: () => void;
}

/** A username, email address or phone number, and what may be done with it. */
export function IdentifierRow({ label, value, isEditable, removable, onChange, onRemove }: Props) {
  return (
    <Row
      label={label}
      details={
        <>
          <span className="value">{value ?? texts.notSet}</span>
          {value && isEditable && removable && !removable.allowed && (
            <span className="hint">{texts.notRemovable(removable.reason)}</span>
          )}
        </>
      }
      actions={
        isEditable && (
          <>
            <Action verb={value ? texts.actions.change : texts.actions.add} what={label} onClick={onChange} />
            {value && removable?.allowed && <Action verb={texts.actions.remove} what={label} onClick={onRemove} />}
          </>
        )
      }
    />
  );
}
