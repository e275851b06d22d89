// The account page for everybody: contrast and names by axe, small screens, the
// keyboard alone.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { keepPicture, launch, openAs, startDemo } from "./harness.js";
import { dialog, press, told } from "./steps.js";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const browser = await launch();
const demo = await startDemo();

// Tells what axe finds wrong. The page's policy forbids nothing here: Playwright adds
// the script by the debugger.
async function faults(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    const { page, end } = await openAs(browser, demo, "alice", { colorScheme, bypassCSP: true });
    await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
    await keepPicture(page, `page-${colorScheme}`);
    assert.deepEqual(await faults(page), []);

    await press(page, "Edit profile");
    await dialog(page, "Edit profile").getByLabel("Website").fill("nonsense");
    await press(dialog(page, "Edit profile"), "Save");
    await page.locator("[aria-invalid=true]").waitFor();
    await keepPicture(page, `form-${colorScheme}`);
    assert.deepEqual(await faults(page), []);
    await press(dialog(page, "Edit profile"), "Cancel");

    await press(page, "Change Password");
    await press(dialog(page, "Password"), "Show New password");
    assert.deepEqual(await faults(page), []);
    await press(dialog(page, "Password"), "Cancel");

    await press(page, "Delete account");
    await dialog(page, "Delete account").getByLabel("Type alice to confirm").fill("alice");
    await press(dialog(page, "Delete account"), "Delete account");
    await dialog(page, "Confirm that it’s you").waitFor();
    await keepPicture(page, `step-up-${colorScheme}`);
    assert.deepEqual(await faults(page), []);
    await end();
  });
}

test("axe finds nothing in what is told and shown once", async () => {
  const { page, end } = await openAs(browser, demo, "carol", { bypassCSP: true });
  await press(page, "Create token");
  await dialog(page, "Create token").getByLabel("Name").fill("once");
  await press(dialog(page, "Create token"), "Create token");
  await press(dialog(page, "Confirm that it’s you"), "Sign in again");
  await dialog(page, "Create token").getByText("shown only this once").waitFor();
  assert.deepEqual(await faults(page), []);
  await press(dialog(page, "Create token"), "I have copied it");
  await press(page, "Delete once");
  await press(dialog(page, "Delete once"), "Delete");
  await told(page, "once deleted.");
  assert.deepEqual(await faults(page), []);
  await end();
});

test("axe finds nothing before and after", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { bypassCSP: true });
  await press(page, "Sign out");
  await page.getByRole("heading", { name: "Choose a demo user" }).waitFor();
  assert.deepEqual(await faults(page), []);
  await page.goto(`${demo.accountUrl}/provider?uri=${encodeURIComponent("http://mock-social/?state=x")}`);
  await page.getByLabel("Who you are there").waitFor();
  assert.deepEqual(await faults(page), []);
  await end();
});

test("a narrow screen needs no scrolling sideways", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { viewport: { width: 320, height: 640 } });
  const overflows = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
  assert.equal(await overflows(), false);
  await keepPicture(page, "phone");
  await press(page, "Change Password");
  await keepPicture(page, "phone-dialog");
  assert.equal(await dialog(page, "Password").evaluate((shown) => shown.scrollWidth > shown.clientWidth), false);
  await end();
});

test("the keyboard is enough", async () => {
  const { page, end } = await openAs(browser, demo, "bob");
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.name);
  const opener = page.getByRole("button", { name: "Change Username", exact: true });
  await opener.focus();
  await page.keyboard.press("Enter");
  await dialog(page, "Username").waitFor();
  assert.equal(await focused(), "username", "the dialog's field has the focus");
  await page.keyboard.press("Escape");
  await dialog(page, "Username").waitFor({ state: "detached" });
  assert.ok(await opener.evaluate((button) => button === document.activeElement), "what opened it has the focus again");

  await page.keyboard.press("Enter");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("robert");
  await page.keyboard.press("Enter");
  const confirmation = dialog(page, "Confirm that it’s you");
  await confirmation.waitFor();
  assert.equal(await focused(), "password");
  await page.keyboard.press("Escape"); // Turns back, which keeps what was typed.
  await confirmation.waitFor({ state: "detached" });
  assert.equal(await dialog(page, "Username").getByLabel("Username").inputValue(), "robert");
  await dialog(page, "Username").getByRole("button", { name: "Save" }).focus();
  await page.keyboard.press("Enter");
  await confirmation.waitFor();
  await page.keyboard.type(demo.users.bob.password);
  await page.keyboard.press("Enter");
  await told(page, "Username changed.");
  await end();
});

test("the keyboard is enough for what is shown once, and for what goes away", async () => {
  const { page, end } = await openAs(browser, demo, "bob");
  const type = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  const focused = (selector, text) => page.locator(`${selector}:focus`, { hasText: text }).waitFor();
  await page.getByRole("button", { name: "Create token" }).focus();
  await type("Enter");
  await page.keyboard.type("by hand");
  await type("Enter");
  await dialog(page, "Confirm that it’s you").waitFor();
  await page.keyboard.type(demo.users.bob.password);
  await type("Enter");
  await focused("h2", "Create token"); // What had the focus made room for the token.
  await type("Tab");
  await focused("button", "Copy");
  await type("Tab");
  await focused("button", "I have copied it");
  await type("Enter");
  await focused("button", "Create token");

  await page.getByRole("button", { name: "Delete by hand" }).focus();
  await type("Enter");
  await focused("h2", "Delete by hand");
  await type("Tab", "Tab", "Tab");
  await focused("button", "Delete");
  await type("Enter");
  await told(page, "by hand deleted.");
  await focused("h2", "Personal access tokens");
  await end();
});
