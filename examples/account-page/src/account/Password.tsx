import { useState } from "react";

import { texts } from "../texts";
import { Action } from "../ui/Action";
import { Row } from "../ui/Section";
import { useAccount } from "./context";
import { PasswordDialog } from "./PasswordDialog";

interface Props {
  isEditable: boolean;
}

export function Password({ isEditable }: Props) {
  const { user } = useAccount();
  const [isOpen, setOpen] = useState(false);
  const label = texts.signInMethods.password;
  return (
    <>
      <Row
        label={label}
        details={user.hasPassword === null ? texts.unavailable : user.hasPassword ? texts.isSet : texts.notSet}
        actions={
          isEditable && (
            <Action
              verb={user.hasPassword ? texts.actions.change : texts.actions.add}
              what={label}
              onClick={() => setOpen(true)}
            />
          )
        }
      />
      {isOpen && <PasswordDialog onClose={() => setOpen(false)} />}
    </>
  );
}
