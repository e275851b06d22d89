import { useAccount } from "./context";

/** Tells password managers whose password a form asks for. */
export function AccountName() {
  const { user } = useAccount();
  return <input type="text" autoComplete="username" value={user.username ?? user.primaryEmail ?? ""} readOnly hidden />;
}
