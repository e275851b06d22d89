// The playground of the demo whose JSON is in the file named by the variable DEMO, in a real Chromium. A picture of it is
// kept in the directory SCREENSHOTS, if that is set.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { after, before, beforeEach, afterEach, test } from "node:test";

import { chromium } from "playwright-core";

const demo = JSON.parse(readFileSync(process.env.DEMO, "utf8"));
const server = new URL(demo.playgroundUrl).origin;
let browser, context, page, trouble;

before(async () => {
  browser = await chromium.launch({
    // Without one, playwright takes the browser that it has installed.
    executablePath: process.env.CHROMIUM || undefined,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  });
});
after(() => browser.close());

// Every page is watched: no request may go elsewhere, nothing break the policy, and the console stay empty.
beforeEach(async () => {
  trouble = [];
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.setDefaultTimeout(8_000);
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
  await page.getByRole("tab", { name: "Settings", exact: true }).waitFor();
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(trouble, []);
});

const openTab = (name) => page.getByRole("tab", { name, exact: true }).click();
const editor = (name) => page.locator(name).locator(".CodeMirror");
const type = (name, text) => editor(name).evaluate((element, value) => element.CodeMirror.setValue(value), text);

// Runs the tab's operation of that name, or its only one, and gives the answer.
async function run(operation) {
  const answered = page.waitForResponse((response) => {
    const request = response.request();
    return request.method() === "POST" && JSON.parse(request.postData()).operationName === operation;
  });
  await page.getByRole("button", { name: "Execute query" }).click();
  const choice = page.getByRole("menuitem", { name: operation, exact: true });
  if ((await page.getByRole("tab", { selected: true }).innerText()) !== operation || (await choice.count()) > 0) {
    await choice.click();
  }
  const text = await (await answered).text();
  const shown = page.locator(".result-window");
  await shown.getByText('"data"').or(shown.getByText('"errors"')).first().waitFor();
  return JSON.parse(text);
}

test("the settings query is there to be run", async () => {
  const { data, errors } = await run("Settings");
  assert.equal(errors, undefined);
  assert.equal(data.me.username, "alice");
  await page.locator(".result-window").getByText('"alice"').first().waitFor();
  if (process.env.SCREENSHOTS) {
    await mkdir(process.env.SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/playground.png` });
  }
});

test("E", async () => {
  console.log(await page.getByRole("tab").allInnerTexts());
  await openTab("Profile");
  await page.getByRole("button", { name: "Execute query" }).click();
  console.log(await page.getByRole("menuitem").allInnerTexts());
  console.log(await page.locator("#graphiql").ariaSnapshot());
});
