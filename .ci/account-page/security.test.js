// What keeps the account safe, on the account page in the demo: factors, tokens, devices.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ask, keepPicture, launch, openAs, startDemo } from "./harness.js";
import { confirmByPassword, confirmBySigningIn, dialog, press, row, told, totp } from "./steps.js";

const browser = await launch();

test("authenticator app and backup codes", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Set up an authenticator app");
  const form = dialog(page, "Set up an authenticator app");
  await press(form, "Continue");
  await confirmByPassword(page, demo.users.bob.password);
  const picture = form.getByRole("img", { name: "QR code" });
  await picture.waitFor();
  assert.ok(
    await picture.evaluate((img) => img.decode().then(() => img.naturalWidth > 50)),
    "the QR code is a picture",
  );
  await keepPicture(page, "authenticator-app");
  const secret = await form.locator("code").innerText();
  await form.getByLabel("Code that the app shows").fill("000000");
  await press(form, "Turn on");
  await form.getByText("left").waitFor(); // Tries.
  await form.getByLabel("Code that the app shows").fill(await totp(secret));
  await press(form, "Turn on");
  await told(page, "Authenticator app set up.");

  await press(page, "Make backup codes");
  const codes = dialog(page, "Make backup codes");
  await press(codes, "Make backup codes");
  await confirmBySigningIn(page);
  await codes.getByText("shown only this once").waitFor();
  assert.equal(await codes.locator("code").count(), 10);
  await press(codes, "I have kept them");
  await row(page, "Backup codes").getByText("10 codes left.").waitFor();

  await press(page, "Make backup codes");
  await codes.getByText("will stop working").waitFor();
  await press(codes, "Make backup codes"); // The sign-in is still fresh.
  await codes.getByText("shown only this once").waitFor();
  await press(codes, "I have kept them");

  await press(page, "Remove Authenticator app");
  await press(dialog(page, "Remove Authenticator app"), "Remove");
  await told(page, "Authenticator app removed.");
  await page.getByText("Nothing is set up yet.").waitFor(); // Backup codes don't stand alone.
  await page.locator("h2:focus", { hasText: "Two-step verification" }).waitFor(); // What had the focus is gone.
  await end();
});

test("personal access tokens", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Create token");
  const form = dialog(page, "Create token");
  await form.getByLabel("Name").fill("nightly");
  await form.getByLabel("Last day").fill("2001-01-01");
  await press(form, "Create token");
  await form.locator("[aria-invalid=true]").waitFor(); // It is over.
  await form.getByLabel("Last day").fill("");
  await press(form, "Create token");
  await confirmByPassword(page, demo.users.bob.password);
  assert.match(await form.locator("code").innerText(), /^pat_/);
  await press(form, "I have copied it");
  await press(page, "Rename nightly");
  await dialog(page, "Rename nightly").getByLabel("Name").fill("weekly");
  await press(dialog(page, "Rename nightly"), "Save");
  await told(page, "Name changed.");
  await press(page, "Delete weekly");
  await press(dialog(page, "Delete weekly"), "Delete");
  await told(page, "weekly deleted.");
  await page.getByText("You have no tokens.").waitFor();
  const { data } = await ask(demo, "bob", "{ me { personalAccessTokens { name } } }");
  assert.deepEqual(data.me.personalAccessTokens, []);
  await end();
});

test("devices and applications", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  await press(page, "Sign out Safari on iOS");
  await press(dialog(page, "Sign out Safari on iOS"), "Sign out");
  await told(page, "Safari on iOS is signed out.");
  assert.equal(await row(page, "Safari on iOS").count(), 0);
  assert.equal(await row(page, "account-web").count(), 1, "the session's grant went with it");
  await press(page, "Remove access Third-party planner");
  await press(dialog(page, "Remove access of Third-party planner"), "Remove access");
  await told(page, "Access of Third-party planner removed.");
  const { data } = await ask(demo, "alice", "{ me { sessions { browser } authorizedApplications { name } } }");
  assert.deepEqual(data.me, { sessions: [{ browser: "Firefox" }], authorizedApplications: [{ name: "account-web" }] });
  await end();
});
