import { lazy, StrictMode, Suspense, use } from "react";
import { createRoot } from "react-dom/client";

import { type Config, readConfig } from "./config";
import { texts } from "./texts";
import { ErrorBoundary } from "./ui/ErrorBoundary";

const DemoApp = lazy(() => import("./demo/DemoApp"));
const LogtoApp = lazy(() => import("./logto/LogtoApp"));

const reading = readConfig().catch((error: unknown) => {
  console.error(error);
  return null;
});

function App({ reading }: { reading: Promise<Config | null> }) {
  const config = use(reading);
  if (config?.demo) {
    return <DemoApp config={config} users={config.demo.users} />;
  }
  if (config?.logto) {
    return <LogtoApp config={config} logto={config.logto} />;
  }
  return (
    <main className="alone" role="alert">
      {texts.noConfig}
    </main>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <ErrorBoundary>
      <Suspense
        fallback={
          <main className="alone" aria-busy="true">
            {texts.loading}
          </main>
        }
      >
        <App reading={reading} />
      </Suspense>
    </ErrorBoundary>
  </StrictMode>,
);
