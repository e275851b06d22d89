import { createContext, useContext } from "react";

import type { Field, Settings, User } from "../operations/account";

export interface Account {
  user: User;
  /** Null when it couldn't be loaded. */
  settings: Settings | null;
  /** The top-level errors' paths: `me.sessions`. */
  failed: ReadonlySet<string>;
}

const AccountContext = createContext<Account | null>(null);

export const AccountProvider = AccountContext.Provider;

export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (!account) {
    throw new Error("there is no AccountProvider");
  }
  return account;
}

/**
 * What may be done with a part of the account. What can't be told, or isn't known
 * to this page, is shown and not offered for change.
 */
export function useAccess(field: Field): "OFF" | "READ_ONLY" | "EDIT" {
  const access = useAccount().settings?.fields?.find((permission) => permission.field === field)?.access;
  return access === "EDIT" || access === "OFF" ? access : "READ_ONLY";
}
