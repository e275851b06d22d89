// Starts what the tests need: the demo, a browser, and pages that are watched.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { after } from "node:test";

import { chromium } from "playwright-core";

function spawnServer(args, env) {
  const server = spawn(process.env.ACCOUNTQL, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  after(async () => {
    server.kill();
    await once(server, "exit");
  });
  return server;
}

// Starts the demo, and gives what it says of itself.
export async function startDemo() {
  const server = spawnServer(["demo", "-addr", "127.0.0.1:0", "-json"], process.env);
  server.stderr.resume();
  const [line] = await once(createInterface(server.stdout), "line");
  return JSON.parse(line);
}

// Starts a server on the demo's Logto that signs people in there, and gives its address.
export async function startServer(demo, env = {}) {
  const server = spawnServer([], {
    ...process.env,
    ...demo.env,
    ADDR: "127.0.0.1:0",
    ACCOUNT_PAGE_APP_ID: demo.env.ALLOWED_CLIENT_IDS,
    ...env,
  });
  for await (const line of createInterface(server.stderr)) {
    const [, address] = line.match(/msg=listening address=(\S+)/) ?? [];
    if (address) {
      server.stderr.resume();
      return `http://${address}`;
    }
  }
  throw new Error("the server has ended");
}

export async function launch(args = []) {
  const browser = await chromium.launch({
    // Without one, playwright takes the browser that it has installed.
    executablePath: process.env.CHROMIUM || undefined,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", ...args],
  });
  after(() => browser.close());
  return browser;
}

// Opens a page, and gives it with a function that ends the test of it: it fails if a
// request went elsewhere, if the console has errors or the policy was violated.
// What a test brings about is named by `expected`.
export async function watch(browser, { expected = [], ...options } = {}) {
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1000, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const trouble = [];
  const note = (what) => expected.some((pattern) => pattern.test(what)) || trouble.push(what);
  context.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) {
      note(`request to ${request.url()}`);
    }
  });
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      note(`console: ${message.text()}`);
    }
  });
  context.on("weberror", (error) => note(`exception: ${error.error()}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  return {
    context,
    page,
    async end() {
      await context.close();
      assert.deepEqual(trouble, []);
    },
  };
}

// Opens the account page as a user of the demo.
export async function openAs(browser, demo, user, options) {
  const watched = await watch(browser, options);
  await watched.context.addInitScript((name) => {
    // A new tab has no address yet, and no storage.
    if (location.protocol === "http:" && sessionStorage.getItem("accountql:demo-user") === null) {
      sessionStorage.setItem("accountql:demo-user", name);
    }
  }, user);
  await watched.page.goto(demo.accountUrl);
  await watched.page.getByRole("heading", { name: "Profile" }).waitFor();
  return watched;
}

// Answers the next requests of an operation in the server's place.
export async function answerOnce(page, operation, answer, { times = 1 } = {}) {
  let left = times;
  await page.route("**/graphql", (route) => {
    if (left === 0 || route.request().postDataJSON().operationName !== operation) {
      return route.fallback();
    }
    left--;
    return answer(route);
  });
}

// What the server answers when all of a request fails.
export const topLevel = (code, extensions = {}) => ({
  status: code === "UNAUTHENTICATED" ? 401 : 200,
  contentType: "application/graphql-response+json",
  body: JSON.stringify({
    data: null,
    errors: [{ message: "In the server's words.", extensions: { code, ...extensions } }],
  }),
});

// Lets the server answer, and changes what it says.
export async function change(route, edit) {
  const response = await route.fetch();
  const answer = await response.json();
  edit(answer);
  return route.fulfill({ response, json: answer });
}

// Keeps a picture of the page in the directory SCREENSHOTS, if that is set.
export async function keepPicture(page, name) {
  if (process.env.SCREENSHOTS) {
    await mkdir(process.env.SCREENSHOTS, { recursive: true });
    const fullPage = (await page.locator("dialog").count()) === 0; // A dialog covers what is in sight.
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage });
  }
}

// The code that the demo has "sent" to an address last.
export async function lastCode(demo, to) {
  const messages = await (await fetch(`${demo.logtoUrl}/simulator/messages`)).json();
  return messages.findLast((message) => message.to === to.replace("+", "")).code;
}

// Asks the endpoint as a user of the demo, beside the page.
export async function ask(demo, user, query) {
  const response = await fetch(demo.graphqlUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${demo.users[user].token}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}
