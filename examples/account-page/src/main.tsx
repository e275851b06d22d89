import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { type Config, readConfig } from "./config";
import { texts } from "./texts";

const DemoApp = lazy(() => import("./demo/DemoApp"));
const LogtoApp = lazy(() => import("./logto/LogtoApp"));

function App({ config }: { config: Config }) {
  if (config.demo) {
    return <DemoApp config={config} users={config.demo.users} />;
  }
  if (config.logto) {
    return <LogtoApp config={config} logto={config.logto} />;
  }
  return <main>{texts.noConfig}</main>;
}

const root = createRoot(document.getElementById("root")!);
try {
  const config = await readConfig();
  root.render(
    <StrictMode>
      <Suspense fallback={<main aria-busy="true">{texts.loading}</main>}>
        <App config={config} />
      </Suspense>
    </StrictMode>,
  );
} catch (error) {
  console.error(error);
  root.render(<main role="alert">{texts.noConfig}</main>);
}
