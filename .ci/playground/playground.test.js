// The playground of the demo whose JSON is in the file named by the variable DEMO, in a real Chromium. A picture of it is
// kept in the directory SCREENSHOTS, if that is set.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { chromium } from "playwright-core";

const demo = JSON.parse(readFileSync(process.env.DEMO, "utf8"));
const server = new URL(demo.playgroundUrl).origin;
let browser, context, page, trouble, expected;

before(async () => {
  browser = await chromium.launch({
    // Without one, playwright takes the browser that it has installed.
    executablePath: process.env.CHROMIUM || undefined,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  });
});
after(() => browser.close());

// Every page is watched: no request may go elsewhere, nothing break the policy, and the console stay empty but for what a test
// expects.
beforeEach(async () => {
  trouble = [];
  expected = [];
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.setDefaultTimeout(30_000);
  context.on("request", (request) => {
    if (!request.url().startsWith(`${server}/`) && !/^(data|blob):/.test(request.url())) {
      trouble.push(`request to ${request.url()}`);
    }
  });
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      trouble.push(`console: ${message.text()}`);
    }
  });
  context.on("weberror", (error) => trouble.push(`exception: ${error.error()}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  page = await context.newPage();
  await page.goto(demo.playgroundUrl);
  await tabButton("Settings").waitFor();
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(trouble.filter((what) => !expected.some((pattern) => pattern.test(what))), []);
});

const tabButton = (name) => page.getByRole("tablist").getByRole("button", { name, exact: true });
const openTab = async (name) => {
  await tabButton(name).click();
  await page.getByRole("tabpanel", { name, exact: true }).waitFor();
};
const shown = () => page.getByRole("region", { name: "Result Window" });

const queryEditor = () => page.getByRole("region", { name: "Query Editor" }).locator(".CodeMirror").first();

// GraphiQL reads a document a moment after it changed. Until then, it would run the operation that was there before.
async function wasRead(operation, { alone }) {
  for (const end = Date.now() + 30_000; ; await page.waitForTimeout(20)) {
    const read = await queryEditor().evaluate(({ CodeMirror: editor }) => editor.operations?.map(({ name }) => name?.value));
    if (read?.includes(operation) && (read.length === 1) === alone) {
      break;
    }
    assert.ok(Date.now() < end, `${operation} was not read: the editor has ${read}`);
  }
  await page.locator(`.graphiql-execute-button${alone ? ":not([aria-haspopup])" : "[aria-haspopup]"}`).waitFor();
}

// Runs an operation of the tab that is open, which has several of them or one alone, and gives the answer.
async function run(operation, { alone = false } = {}) {
  await wasRead(operation, { alone });
  const answered = page.waitForResponse((response) => {
    const { operationName, query } = JSON.parse(response.request().postData() ?? "{}");
    return alone ? query?.includes(` ${operation} {`) : operationName === operation;
  });
  await page.getByRole("button", { name: "Execute query" }).click();
  if (!alone) {
    await page.getByRole("menuitem", { name: operation, exact: true }).click();
  }
  const response = await answered;
  await shown().getByText(/"(data|errors)"/).first().waitFor();
  return response.json();
}

// Lays values over the variables that the open tab has.
async function setVariables(values) {
  const editor = page.getByRole("region", { name: "Variables" }).locator(".CodeMirror").first();
  await editor.evaluate((element, laid) => {
    const { CodeMirror: editor } = element;
    editor.setValue(JSON.stringify({ ...JSON.parse(editor.getValue()), ...laid }, null, 2));
  }, values);
}

test("the settings query is there to be run", async () => {
  const { data, errors } = await run("Settings", { alone: true });
  assert.equal(errors, undefined);
  assert.equal(data.me.username, "alice");
  await shown().getByText('"alice"').first().waitFor();
  await keepPicture("settings");
});

test("me is typed in and run", async () => {
  await page.getByRole("button", { name: "New tab" }).click();
  await queryEditor().evaluate((element) => element.CodeMirror.setValue("query Who { me { username } }"));
  assert.deepEqual(await run("Who", { alone: true }), { data: { me: { username: "alice" } } });
});

test("every tab opens, and its query is answered", async () => {
  const names = (await page.getByRole("tab").allInnerTexts()).map((name) => name.trim());
  assert.ok(names.length > 10);
  for (const name of names) {
    await openTab(name);
    const { data, errors } = await run(name, { alone: ["Settings", "Organizations"].includes(name) });
    assert.equal(errors, undefined, name);
    assert.ok(data, name);
  }
});

test("a flow is run from its refusal to its end", async () => {
  await openTab("PersonalAccessTokens");
  await page.getByRole("button", { name: "Hide editor tools" }).waitFor(); // What is sent is seen.
  const refused = await run("CreatePersonalAccessToken");
  assert.equal(refused.data.createPersonalAccessToken.errors[0].code, "STEP_UP_REQUIRED");
  await shown().getByText('"STEP_UP_REQUIRED"').first().waitFor();
  await keepPicture("refused");

  await setVariables({ password: demo.users.alice.password });
  const { data } = await run("VerifyPassword");
  await setVariables({ name: "of the playground", stepUpProof: data.verifyPassword.verification.proof });
  const made = await run("CreatePersonalAccessToken");
  assert.deepEqual(made.data.createPersonalAccessToken.errors, []);
  await shown().getByText('"of the playground"').first().waitFor();
});

test("another token is taken from the box", async () => {
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const box = page.getByLabel("Access token");
  await box.fill(demo.users.bob.token);
  await box.press("Tab");
  assert.equal((await run("Settings", { alone: true })).data.me.username, "bob");
  await page.reload();
  assert.equal(await box.inputValue(), demo.users.bob.token);
});

test("an error is told", async () => {
  expected.push(/the server responded with a status of 401/);
  const box = page.getByLabel("Access token");
  await box.fill("nonsense");
  await box.press("Tab");
  const { errors } = await run("Settings", { alone: true });
  assert.equal(errors[0].extensions.code, "UNAUTHENTICATED");
  await shown().getByText('"UNAUTHENTICATED"').first().waitFor();
});

test("what is no answer of GraphQL's is told in words", async () => {
  expected.push(/ERR_FAILED/, /status of 502/);
  for (const [answer, told] of [
    [(route) => route.abort(), `No answer came from ${demo.graphqlUrl}.`],
    [(route) => route.fulfill({ status: 502, body: "Bad Gateway" }), "HTTP 502: Bad Gateway"],
  ]) {
    await page.route("**/graphql", answer);
    await wasRead("Settings", { alone: true });
    await page.getByRole("button", { name: "Execute query" }).click();
    await shown().getByText(told).waitFor();
    assert.equal(await shown().getByText('"stack"').count(), 0);
    await page.unroute("**/graphql", answer);
  }
});

test("a phone shows the answer below the operation", async () => {
  await page.setViewportSize({ width: 375, height: 740 });
  await run("Settings", { alone: true });
  const [above, below] = [await queryEditor().boundingBox(), await shown().boundingBox()];
  assert.ok(below.y >= above.y + above.height && below.width > 200, JSON.stringify([above, below]));
  await keepPicture("phone");
});

async function keepPicture(name) {
  if (process.env.SCREENSHOTS) {
    await mkdir(process.env.SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
  }
}
