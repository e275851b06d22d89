// The account page with a Logto to sign in to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launch, startDemo, startServer, watch } from "./harness.js";
import { SignInPages } from "./logto.js";
import { dialog, press, row, told } from "./steps.js";

const browser = await launch();
const demo = await startDemo();
const root = await startServer(demo);

async function freshSignIn(context, page, pages, user) {
  const opened = context.waitForEvent("page");
  await press(dialog(page, "Confirm that it’s you"), "Sign in again");
  const popup = await opened;
  pages.user = user;
  await popup.getByText("Sign in at Logto").click();
  if (!popup.isClosed()) {
    await popup.waitForEvent("close");
  }
}

test("signing in, confirming by another sign-in, signing out", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/request to https:\/\/example\.com\/avatars/] });
  await pages.attach(context);
  await page.goto(`${root}/account`);
  await press(page, "Sign in");
  await page.getByText("Sign in at Logto").click();
  await page.getByText("Alice Anderson").first().waitFor();
  assert.equal(page.url(), `${root}/account/`);
  assert.ok(await page.locator("img.avatar").evaluate((img) => img.decode().then(() => img.naturalWidth > 0)));
  const { scope, resource, code_challenge_method, redirect_uri } = pages.requests[0];
  assert.deepEqual(
    [resource, code_challenge_method, redirect_uri],
    [demo.env.ACCOUNT_API_RESOURCE, "S256", `${root}/account/callback`],
  );
  assert.match(scope, /account:read account:write account:security/);

  // Somebody else signs in: that is no proof, and the page goes on as alice.
  await press(page, "Remove Authenticator app");
  await press(dialog(page, "Remove Authenticator app"), "Remove");
  await freshSignIn(context, page, pages, "bob");
  await dialog(page, "Confirm that it’s you").getByRole("alert").waitFor();
  await freshSignIn(context, page, pages, "alice");
  await told(page, "Authenticator app removed.");
  const { nonce, max_age } = pages.requests.at(-1);
  assert.ok(nonce);
  assert.equal(max_age, "0");
  assert.equal(await row(page, "Authenticator app").getByRole("button", { name: "Remove" }).count(), 0);

  await page.reload();
  await page.getByText("Alice Anderson").first().waitFor();
  await press(page, "Sign out");
  await page.getByText("Signed out of Logto").click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await end();
});

test("the sign-in ends, and Logto fails", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, {
    expected: [/avatars/, /status of 400/, /requester error/, /ERR_FAILED/],
  });
  await pages.attach(context);
  await page.goto(`${root}/account`);
  await press(page, "Sign in");
  await page.getByText("Sign in at Logto").click();
  await page.getByText("Alice Anderson").first().waitFor();
  const forget = () =>
    page.evaluate((key) => localStorage.removeItem(key), `logto:${demo.env.ALLOWED_CLIENT_IDS}:accessToken`);

  await forget();
  await context.route("**/oidc/token", (route) => route.abort(), { times: 1 });
  await page.reload();
  await press(page.getByRole("alert").filter({ hasText: "No answer came" }), "Reload the account");
  await page.getByText("Alice Anderson").first().waitFor();

  await forget();
  pages.isOver = true;
  await page.reload();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  await press(page, "Sign in again");
  await page.getByText("Sign in at Logto").waitFor();
  await end();
});

test("a window for signing in can't be opened", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/] });
  await pages.attach(context);
  await context.addInitScript(() => (window.open = () => null));
  await page.goto(`${root}/account`);
  await press(page, "Sign in");
  await page.getByText("Sign in at Logto").click();
  await press(page, "Make backup codes");
  await press(dialog(page, "Make backup codes"), "Make backup codes");
  await press(dialog(page, "Confirm that it’s you"), "Sign in again");
  await dialog(page, "Confirm that it’s you").getByText("Allow this page to open a window").waitFor();
  await end();
});

test("the page is served only where it is asked for", async () => {
  const bare = await startServer(demo, { ACCOUNT_PAGE_APP_ID: "" });
  assert.equal((await fetch(`${bare}/account/`)).status, 404);
});
