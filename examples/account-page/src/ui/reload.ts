import { createContext, useContext } from "react";

const ReloadContext = createContext<() => void>(() => {});

export const ReloadProvider = ReloadContext.Provider;

/** Reads the account afresh. */
export function useReload(): () => void {
  return useContext(ReloadContext);
}
