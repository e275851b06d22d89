// The account page with a Logto to sign in to.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { launch, startDemo, startServer, watch } from "./harness.js";
import { SignInPages } from "./logto.js";
import { dialog, press, row, told } from "./steps.js";

const browser = await launch();
const demo = await startDemo();
const root = await startServer(demo);

async function signIn(page, pages, user = "alice", server = root) {
  pages.user = user;
  await page.goto(`${server}/account`);
  await press(page, "Sign in");
  await page.getByText("Sign in at Logto").click();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
}

// Signs in once more in the window for that, as somebody or by the link of that name.
async function freshSignIn(context, page, pages, user, link = "Sign in at Logto") {
  pages.user = user;
  const opened = context.waitForEvent("page");
  await press(dialog(page, "Confirm that it’s you"), "Sign in again");
  const popup = await opened;
  await popup.getByText(link).waitFor();
  assert.equal(await popup.evaluate(() => window.opener), null, "nobody there has a hold on the page");
  const closed = popup.waitForEvent("close");
  // The window may be gone before a click of Playwright's is over.
  await popup.evaluate((text) => setTimeout(() => [...document.links].find((a) => a.text === text).click()), link);
  await closed;
}

test("signing in, confirming by another sign-in, signing out", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/, /in the callback URI/] });
  await pages.attach(context);
  await signIn(page, pages);
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
  await freshSignIn(context, page, pages, "alice", "Refuse");
  await dialog(page, "Confirm that it’s you").getByRole("alert").getByText("The sign-in didn’t work").waitFor();
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
  await signIn(page, pages);
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

test("two tabs renew their tokens at the same time", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/] });
  await pages.attach(context);
  pages.lifetime = 0;
  await signIn(page, pages);
  const tabs = [page, await context.newPage(), await context.newPage()];
  await Promise.all(tabs.map((tab) => tab.goto(`${root}/account/`)));
  for (const tab of tabs) {
    await tab.getByRole("heading", { name: "Profile" }).waitFor();
  }
  await end();
});

test("somebody else signs in in another tab", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/] });
  await pages.attach(context);
  pages.lifetime = 0;
  await signIn(page, pages, "alice");
  const other = await context.newPage();
  await other.goto(`${root}/account/`);
  await press(other, "Sign out");
  await other.getByText("Signed out of Logto").waitFor();
  await signIn(other, pages, "bob");

  await press(page, "Edit profile");
  await dialog(page, "Edit profile").getByLabel("Full name").fill("Alice Archer");
  await press(dialog(page, "Edit profile"), "Save");
  await page.getByRole("heading", { name: "Another account is signed in" }).waitFor();
  await press(page, "Reload the page");
  await page.getByText("Bob Brown").waitFor(); // Still his name.
  await end();
});

test("the callback without a sign-in", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/] });
  await pages.attach(context);
  await page.goto(`${root}/account/callback`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await signIn(page, pages);
  await page.goto(`${root}/account/callback?code=1&state=old`);
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  assert.equal(page.url(), `${root}/account/`);
  await end();
});

test("Logto can't be reached", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/, /ERR_FAILED/, /Failed to fetch/] });
  await pages.attach(context);
  const discovery = "**/.well-known/openid-configuration";
  const fail = (route) => route.abort();
  await context.route(discovery, fail);
  await page.goto(`${root}/account`);
  await press(page, "Sign in");
  await page.getByRole("alert").getByText("can’t be reached").waitFor();
  await context.unroute(discovery, fail);
  await press(page, "Sign in");
  await page.getByText("Sign in at Logto").click();
  await page.getByRole("heading", { name: "Profile" }).waitFor();

  await context.route(discovery, fail);
  await page.reload();
  await press(page, "Sign out");
  await page.getByRole("alert").getByText("can’t be reached").waitFor();
  await page.waitForFunction(() => Object.keys(localStorage).length === 0);
  await end();
});

test("a sign-in that is refused", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/in the callback URI/] });
  await pages.attach(context);
  await page.goto(`${root}/account`);
  await press(page, "Sign in");
  await page.getByText("Refuse").click();
  await page.getByRole("heading", { name: "The sign-in failed" }).waitFor();
  await page.getByText("Sign in again").click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await end();
});

test("a window for signing in can't be opened", async () => {
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/] });
  await pages.attach(context);
  await context.addInitScript(() => (window.open = () => null));
  await signIn(page, pages);
  await press(page, "Make backup codes");
  await press(dialog(page, "Make backup codes"), "Make backup codes");
  await press(dialog(page, "Confirm that it’s you"), "Sign in again");
  await dialog(page, "Confirm that it’s you").getByText("Allow this page to open a window").waitFor();
  await end();
});

test("a server that executes registered operations alone knows those of its page", async () => {
  const directory = await mkdtemp(join(tmpdir(), "operations-"));
  const manifest = join(directory, "another-app.json");
  await writeFile(manifest, JSON.stringify({ other: "query Other { me { id } }" }));
  const only = await startServer(demo, { PERSISTED_OPERATIONS: `${manifest},only` });
  await rm(directory, { recursive: true });
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser, { expected: [/avatars/] });
  await pages.attach(context);
  await signIn(page, pages, "alice", only);
  await press(page, "Edit profile");
  await dialog(page, "Edit profile").getByLabel("Website").fill("https://registered.example.com");
  await press(dialog(page, "Edit profile"), "Save");
  await told(page, "Profile saved.");
  await press(page, "Create token");
  await dialog(page, "Create token").getByLabel("Name").fill("registered");
  await press(dialog(page, "Create token"), "Create token");
  await dialog(page, "Confirm that it’s you").waitFor(); // Errors, with all that they have, are registered too.
  await end();
});

test("a page without encryption says that nobody can sign in there", async () => {
  const plain = await launch(["--host-resolver-rules=MAP account.example.com 127.0.0.1"]);
  const { page, end } = await watch(plain, { expected: [/^request to http:\/\/account\.example\.com/] });
  await page.goto(`${root.replace("127.0.0.1", "account.example.com")}/account`);
  await page.getByRole("alert").getByText("its address must begin with https://").waitFor();
  assert.equal(await page.getByRole("button").count(), 0);
  await end();
});

test("the page is served only where it is asked for", async () => {
  const bare = await startServer(demo, { ACCOUNT_PAGE_APP_ID: "" });
  assert.equal((await fetch(`${bare}/account/`)).status, 404);
});
