// What a person does on the page again and again.

import assert from "node:assert/strict";

export const dialog = (page, name) => page.getByRole("dialog", { name });

export async function press(scope, name) {
  await scope.getByRole("button", { name, exact: true }).click();
}

// Waits until the page says that something is done.
export async function told(page, text) {
  await page.getByRole("status").getByText(text).waitFor();
  assert.equal(await page.locator("dialog").count(), 0, "no dialog is left");
}

export async function confirmByPassword(page, password) {
  const asked = dialog(page, "Confirm that it’s you");
  await asked.getByLabel("Your password").fill(password);
  await press(asked, "Continue");
}

export async function confirmBySigningIn(page) {
  await press(dialog(page, "Confirm that it’s you"), "Sign in again");
}

// The code that the demo tells beside the field for it.
export const toldCode = (scope) => scope.locator(".help code").innerText();

// The row that a label begins.
export const row = (page, label) => page.locator(".row").filter({ has: page.locator(".label", { hasText: label }) });

// Six digits of now for a secret in Base32 (RFC 6238).
export async function totp(secret, now = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll("=", "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2));
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(now / 30_000)));
  const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const digest = new DataView(await crypto.subtle.sign("HMAC", hmac, counter));
  const number = digest.getUint32(digest.getUint8(19) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
