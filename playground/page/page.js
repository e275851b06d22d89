"use strict";

// The page is configured by the attributes of its elements, so that no script
// stands in the page itself and the content security policy can forbid that.
const main = document.getElementById("graphiql");
const tokenInput = document.getElementById("token");
const showButton = document.getElementById("show");
const { endpoint, tabs, styleNonce } = main.dataset;

// GraphiQL's dialogs add a style element, and take its nonce from this name.
window.__webpack_nonce__ = styleNonce;

// A token that was typed in survives a reload of this browser tab, and nothing
// more. An emptied box gets the server's own token again.
const typedTokenKey = "accountql:token";

function token() {
  return tokenInput.value.trim().replace(/^Bearer\s+/i, "");
}

async function fetcher(params, options) {
  const headers = new Headers({
    Accept: "application/graphql-response+json, application/json",
    "Content-Type": "application/json",
  });
  if (token() !== "") {
    headers.set("Authorization", `Bearer ${token()}`);
  }
  for (const [name, value] of Object.entries(options?.headers ?? {})) {
    headers.set(name, value);
  }
  let response, text;
  try {
    response = await fetch(endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify(params),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
    text = await response.text();
  } catch {
    return failure(`No answer came from ${new URL(endpoint, location)}. Does the server run, and can it be reached?`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return failure(`HTTP ${response.status}: ${text}`);
  }
}

// Thrown, an error would be shown with the stack of this script.
function failure(message) {
  return { errors: [{ message }] };
}

const root = ReactDOM.createRoot(main);

// Rendering again with another fetcher makes GraphiQL read the schema again,
// which the server shows to a valid token only.
function render() {
  root.render(
    React.createElement(GraphiQL, {
      fetcher: (params, options) => fetcher(params, options),
      defaultTabs: JSON.parse(tabs),
      schema: token() === "" ? null : undefined,
      schemaDescription: true,
      // A flow's values stand there: nobody should run it without having seen them.
      defaultEditorToolsVisibility: "variables",
      // What is typed in, passwords among it, goes with the browser tab.
      storage: sessionStorage,
    }),
  );
}

tokenInput.value = sessionStorage.getItem(typedTokenKey) || tokenInput.defaultValue;
render();

tokenInput.addEventListener("change", () => {
  sessionStorage.setItem(typedTokenKey, tokenInput.value);
  render();
});

showButton.addEventListener("click", () => {
  const show = tokenInput.type === "password";
  tokenInput.type = show ? "text" : "password";
  showButton.setAttribute("aria-pressed", String(show));
  showButton.textContent = show ? "Hide" : "Show";
});
