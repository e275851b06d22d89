// What must not be lost on the way: secrets that are shown once, and words that are said once more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOnce, launch, openAs, startDemo } from "./harness.js";
import { confirmByPassword, dialog, press, row, told } from "./steps.js";

const browser = await launch();
const demo = await startDemo();

// Keeps the answer to the next request of an operation back until it is released.
async function keepBack(page, operation) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const answered = new Promise((asked) =>
    answerOnce(page, operation, async (route) => {
      const response = await route.fetch();
      asked();
      await released;
      return route.fulfill({ response });
    }),
  );
  return { answered, release };
}

// Browsers let a page refuse the first of two requests to close.
async function escapeTwice(page) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
}

test("a token that is being made is shown, and stays until it is copied", async () => {
  const { context, page, end } = await openAs(browser, demo, "bob");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await press(page, "Create token");
  const form = dialog(page, "Create token");
  await form.getByLabel("Name").fill("nightly");
  await press(form, "Create token");
  await dialog(page, "Confirm that it’s you").waitFor();
  const { answered, release } = await keepBack(page, "CreatePersonalAccessToken");
  await confirmByPassword(page, demo.users.bob.password);
  await answered;
  await escapeTwice(page);
  assert.ok(await form.getByRole("button", { name: "Cancel" }).isDisabled());
  assert.ok(await form.getByRole("button", { name: "Close" }).isDisabled());
  release();
  const value = await form.locator("code").innerText();
  await escapeTwice(page);
  assert.equal(await form.getByRole("button", { name: "Close" }).count(), 0);
  await press(form, "Copy token");
  await form.getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), value);
  await press(form, "I have copied it");
  await row(page, "nightly").waitFor();
  await end();
});

test("a proof that is being made can be given up", async () => {
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Change Username");
  const form = dialog(page, "Username");
  await form.getByLabel("Username").fill("robert");
  await press(form, "Save");
  await dialog(page, "Confirm that it’s you").waitFor();
  const { answered, release } = await keepBack(page, "VerifyPassword");
  await confirmByPassword(page, "wrong");
  await answered;
  await page.keyboard.press("Escape");
  await dialog(page, "Confirm that it’s you").waitFor({ state: "detached" });
  release();
  assert.equal(await form.getByLabel("Username").inputValue(), "robert");
  await press(form, "Cancel");
  await form.waitFor({ state: "detached" });
  await end();
});

test("the same words are said again", async () => {
  const { page, end } = await openAs(browser, demo, "bob");
  const gone = (element) => page.waitForFunction((earlier) => !earlier.isConnected, element);
  const form = dialog(page, "Edit profile");
  await press(page, "Edit profile");
  await form.getByLabel("Website").fill("nonsense");
  await page.keyboard.press("Enter");
  const error = await form.getByRole("alert").elementHandle();
  await page.keyboard.press("Enter"); // The focus is in the field already.
  await gone(error);
  await form.getByRole("alert").waitFor();
  await form.getByLabel("Website").fill("https://bob.example.com");
  await press(form, "Save");
  await told(page, "Profile saved.");

  const notice = await page.getByRole("status").getByText("Profile saved.").elementHandle();
  await press(page, "Edit profile");
  await form.getByLabel("Website").fill("");
  await press(form, "Save");
  await gone(notice);
  await told(page, "Profile saved.");
  await end();
});
