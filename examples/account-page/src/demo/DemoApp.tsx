import { useMemo, useState } from "react";

import { AccountApp } from "../AccountApp";
import { address, type Config, currentView, type DemoUser, readConfig } from "../config";
import { SignedOutError } from "../graphql/failure";
import type { Session } from "../session/session";
import { DemoBanner } from "./DemoBanner";
import { newDemoHelp } from "./DemoHelp";
import { MockProvider } from "./MockProvider";
import { simulateSignIn } from "./simulator";
import { UserChoice } from "./UserChoice";

// The choice lives as long as the browser's tab, since linking leaves the page.
const chosenKey = "accountql:demo-user";

interface Props {
  config: Config;
  users: DemoUser[];
}

/** The page in the demo, where nobody has to sign in. */
export default function DemoApp({ config, users }: Props) {
  const [chosen, setChosen] = useState(() => sessionStorage.getItem(chosenKey) ?? users[0]!.name);
  const choose = (name: string) => {
    sessionStorage.setItem(chosenKey, name);
    setChosen(name);
  };
  const user = users.find(({ name }) => name === chosen);
  const session = useMemo(() => user && demoSession(user, () => choose("")), [user]);
  if (currentView() === "provider") {
    return <MockProvider />;
  }
  if (!user || !session) {
    return <UserChoice users={users} onChoose={choose} />;
  }
  return (
    <>
      <DemoBanner user={user} />
      <AccountApp key={chosen} config={config} session={session} />
    </>
  );
}

function demoSession({ name: user, password }: DemoUser, signOut: () => void): Session {
  return {
    async accessToken() {
      // The server makes a new one each time, so that none expires.
      const { demo } = await readConfig();
      const token = demo?.users.find(({ name }) => name === user)?.token;
      if (!token) {
        throw new SignedOutError();
      }
      return token;
    },
    async signInAgain(parameters, signal) {
      return simulateSignIn(user, (await parameters)["nonce"] ?? "", signal);
    },
    visitProvider(uri) {
      location.assign(`${address("provider")}?${new URLSearchParams({ uri }).toString()}`);
    },
    signIn: signOut,
    signOut,
    outsidePictures: false,
    Help: newDemoHelp(password),
  };
}
