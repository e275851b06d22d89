import { texts } from "../texts";
import { useAccount } from "./context";

interface Props {
  /** The field of User that is null. */
  field: string;
}

/** Stands for a part of the account that couldn't be read. */
export function Unavailable({ field }: Props) {
  return useAccount().failed.has(`me.${field}`) ? <p className="error">{texts.unavailable}</p> : null;
}
