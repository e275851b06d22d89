import type { User } from "../operations/account";
import { texts } from "../texts";
import { useAccount } from "./context";

interface Props {
  /** The field of User that may be null. */
  field: keyof User;
}

/** Stands for a part of the account that couldn't be read. */
export function Unavailable({ field }: Props) {
  const { user, failed } = useAccount();
  return user[field] === null && failed.has(`me.${field}`) ? <p className="error">{texts.unavailable}</p> : null;
}
