import { address } from "../config";
import { texts } from "../texts";

/** The simulated provider, the only one that the demo's Logto takes an answer of. */
const simulated = "mock-social";

/**
 * Stands for a social provider's sign-in page: nothing outside this machine is
 * asked. It sends back what a provider would, to this page's own address alone.
 */
export function MockProvider() {
  const authorization = new URL(new URLSearchParams(location.search).get("uri") ?? location.href);
  const state = authorization.searchParams.get("state") ?? "";

  function sendBack(answer: Record<string, string>) {
    location.assign(`${address("link")}?${new URLSearchParams({ state, ...answer }).toString()}`);
  }

  return (
    <main className="alone">
      <h1>{texts.demo.provider(authorization.host)}</h1>
      <p>{texts.demo.providerExplained}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get("name"));
          sendBack({ code: "demo", userId: name.toLowerCase().replaceAll(/\W+/g, "-"), name });
        }}
      >
        {authorization.host === simulated && (
          <div className="field">
            <label htmlFor="name">{texts.demo.providerName}</label>
            <input id="name" name="name" defaultValue="Sam Social" />
          </div>
        )}
        <div className="actions">
          <button
            type="button"
            onClick={() => sendBack({ error: "access_denied", error_description: texts.demo.refusal })}
          >
            {texts.demo.refuse}
          </button>
          {authorization.host === simulated && (
            <button type="submit" className="primary">
              {texts.demo.agree}
            </button>
          )}
        </div>
      </form>
    </main>
  );
}
