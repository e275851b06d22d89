// What must not be lost on the way: secrets that are shown once, and words that are said once more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOnce, ask, change, launch, openAs, startDemo, topLevel } from "./harness.js";
import { confirmByPassword, confirmBySigningIn, dialog, press, row, told } from "./steps.js";

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

test("codes that are made are shown, though the account can't be read after that", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  const form = dialog(page, "Make backup codes");
  await press(page, "Make backup codes");
  await press(form, "Make backup codes");
  await dialog(page, "Confirm that it’s you").waitFor();
  await answerOnce(page, "GenerateBackupCodes", (route) =>
    change(route, (answer) => {
      assert.equal(answer.data.generateBackupCodes.codes.length, 10);
      answer.data.generateBackupCodes.user = null;
      answer.errors = [
        {
          message: "Logto failed.",
          path: ["generateBackupCodes", "user"],
          extensions: { code: "UPSTREAM_UNAVAILABLE" },
        },
      ];
    }),
  );
  await answerOnce(page, "Account", (route) => route.fulfill(topLevel("UPSTREAM_UNAVAILABLE")));
  await confirmBySigningIn(page);
  await page.locator("main > [role=alert]", { hasText: "can’t be reached" }).waitFor({ state: "attached" });
  assert.equal(await form.locator("code").count(), 10);
  await press(form, "I have kept them");
  await row(page, "Email address").getByText("alice@example.com").waitFor(); // As it was read before.
  await press(page, "Reload the account");
  await page.locator("main > [role=alert]").waitFor({ state: "detached" });
  await end();
});

test("what was typed stays while nothing can be reached", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { expected: [/ERR_FAILED/] });
  const form = dialog(page, "Edit profile");
  await press(page, "Edit profile");
  await form.getByLabel("Full name").fill("Alice Offline");
  for (const operation of ["UpdateProfile", "Account"]) {
    await answerOnce(page, operation, (route) => route.abort());
  }
  await press(form, "Save");
  await press(form, "Reload the account");
  await page.locator("main > [role=alert]", { hasText: "No answer came" }).waitFor({ state: "attached" });
  assert.equal(await form.getByLabel("Full name").inputValue(), "Alice Offline");
  await press(form, "Save");
  await told(page, "Profile saved.");
  await end();
});

test("half a date is not taken for none, and an impossible one holds nothing up", async () => {
  const { page, end } = await openAs(browser, demo, "bob", { expected: [/RangeError/] });
  const made = [];
  page.on("request", (request) => request.postData()?.includes("CreatePersonalAccessToken") && made.push(request));
  const form = dialog(page, "Create token");
  await press(page, "Create token");
  await form.getByLabel("Name").fill("half");
  await form.getByLabel("Last day").focus();
  await page.keyboard.type("12"); // The day or the month, and no more.
  await press(form, "Create token");
  await form.locator("[name=expiresAt][aria-invalid=true]:focus").waitFor();
  await form.getByText("This is incomplete").waitFor();

  await form.getByLabel("Last day").fill("");
  await form.getByLabel("Last day").evaluate((input) => (input.value = "275760-09-13"));
  await press(form, "Create token");
  await form.getByRole("alert").getByText("Something went wrong").waitFor();
  await press(form, "Cancel");
  assert.deepEqual(made, []);
  await end();
});

test("a device whose clock is wrong confirms once", async () => {
  const { page, end } = await openAs(browser, demo, "bob");
  await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() + 60 * 60 * 1000;
  });
  await press(page, "Create token");
  const form = dialog(page, "Create token");
  await form.getByLabel("Name").fill("of the future");
  await press(form, "Create token");
  await confirmByPassword(page, demo.users.bob.password);
  await press(form, "I have copied it");
  await row(page, "of the future").waitFor();
  await end();
});

test("a token that was deleted elsewhere is made again, and listed once", async () => {
  const own = await startDemo();
  const { page, end } = await openAs(browser, own, "alice");
  const deleteElsewhere = (name) =>
    ask(own, "alice", `mutation { deletePersonalAccessToken(input: { name: "${name}" }) { errors { code } } }`);
  await deleteElsewhere("laptop");
  await deleteElsewhere("old script");
  await press(page, "Create token");
  await dialog(page, "Create token").getByLabel("Name").fill("laptop");
  await press(dialog(page, "Create token"), "Create token");
  await confirmByPassword(page, own.users.alice.password);
  await press(dialog(page, "Create token"), "I have copied it");
  assert.equal(await row(page, "laptop").count(), 1);
  await press(page, "Rename laptop");
  await dialog(page, "Rename laptop").getByLabel("Name").fill("old script");
  await press(dialog(page, "Rename laptop"), "Save");
  await told(page, "Name changed.");
  assert.equal(await row(page, "old script").count(), 1);
  assert.equal(await row(page, "laptop").count(), 0);
  await end();
});

test("no code is sent to the address that is there already", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  const sent = [];
  page.on("request", (request) => request.postData()?.includes("SendVerificationCode") && sent.push(request));
  for (const [label, field, address] of [
    ["Email address", "New email address", "Alice@Example.com"],
    ["Phone number", "New phone number", "+1 (202) 555-0143"],
  ]) {
    await press(page, `Change ${label}`);
    await dialog(page, label).getByLabel(field).fill(address);
    await press(dialog(page, label), "Send a code");
    await dialog(page, label).getByText("already").waitFor();
    await press(dialog(page, label), "Cancel");
  }
  assert.deepEqual(sent, []);
  await end();
});
