import { texts } from "../texts";
import { Action } from "../ui/Action";
import { Row } from "../ui/Section";
import { useAccount } from "./context";

interface Props {
  field: "username" | "primaryEmail" | "primaryPhone";
  label: string;
  isEditable: boolean;
  onChange: () => void;
  onRemove: () => void;
}

/** A username, email address or phone number, and what may be done with it. */
export function IdentifierRow({ field, label, isEditable, onChange, onRemove }: Props) {
  const { user, failed } = useAccount();
  const value = user[field];
  const removable = user[`${field}Removable`];
  return (
    <Row
      label={label}
      details={
        <>
          <span className="value">
            <bdi>{value ?? (failed.has(`me.${field}`) ? texts.unavailable : texts.notSet)}</bdi>
          </span>
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
