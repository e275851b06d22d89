// Names and lists of every kind, and addresses that somebody else made.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOnce, change, keepPicture, launch, openAs, startDemo } from "./harness.js";
import { dialog, press, row, told } from "./steps.js";

const browser = await launch();
const demo = await startDemo();

const markup = `<img src="https://evil.example.com/x" onerror="alert(1)"><script>alert(1)</script>`;

// Shows another account than alice's own.
async function show(page, edit) {
  await answerOnce(page, "Account", (route) => change(route, ({ data }) => edit(data.me, data.accountSettings)));
  await page.reload();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
}

test("names are text", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { viewport: { width: 360, height: 640 } });
  await show(page, (me) => {
    me.name = markup;
    me.avatar = "javascript:alert(1)";
    me.profile.website = "javascript:alert(1)";
    me.customData = { [markup]: markup };
    me.personalAccessTokens[0].name = markup;
    me.sessions[0].userAgent = markup;
    me.sessions[0].browser = me.sessions[0].os = null;
  });
  assert.equal(await page.locator(".name").innerText(), markup);
  await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
  assert.equal(await page.getByRole("link").count(), 0);
  assert.equal(await page.locator("main script, main img:not([src^='data:'])").count(), 0);
  await end(); // Fails if anything was asked elsewhere, or the policy violated.
});

test("names of every script and length fit", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { viewport: { width: 320, height: 640 } });
  for (const [name, initial] of [
    ["𠮷野家の吾輩は猫である", "𠮷"],
    ["محمد بن عبد الله (أبو القاسم)", "م"],
    ["👩‍👩‍👧 family", "👩‍👩‍👧"],
    ["W".repeat(128), "W"],
  ]) {
    await show(page, (me) => {
      me.name = name;
      me.personalAccessTokens[0].name = name;
      me.organizations[0].name = name;
    });
    assert.equal(await page.locator(".name").innerText(), name);
    assert.equal(await page.locator(".avatar").innerText(), initial);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, name);
    await keepPicture(page, `name-${initial.codePointAt(0).toString(16)}`);
  }
  assert.equal(
    await page.locator(".name bdi").evaluate((bdi) => getComputedStyle(bdi).unicodeBidi),
    "isolate",
    "a name keeps its direction to itself",
  );
  await end();
});

test("a hundred tokens leave the page short", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  await show(page, (me) => {
    me.personalAccessTokens = Array.from({ length: 100 }, (_, i) => ({
      ...me.personalAccessTokens[0],
      id: `token ${i}`,
      name: `token ${i}`,
      createdAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
    }));
  });
  const tokens = page.getByRole("region", { name: "Personal access tokens" });
  const shown = () => tokens.locator(".label:visible").allInnerTexts();
  assert.deepEqual(
    await shown(),
    Array.from({ length: 8 }, (_, i) => `token ${99 - i}`),
    "the newest come first",
  );
  await tokens.getByText("92 more").click();
  assert.equal((await shown()).length, 100);
  await press(page, "Rename token 0");
  await press(dialog(page, "Rename token 0"), "Cancel");
  await page.locator("button:focus", { hasText: "Rename token 0" }).waitFor();
  await end();
});

test("an account with next to nothing", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  await show(page, (me, settings) => {
    Object.assign(me, { name: null, avatar: null, profile: null, username: null, primaryPhone: null, customData: {} });
    Object.assign(me, { identities: [], ssoIdentities: [], mfaVerifications: [], personalAccessTokens: [] });
    Object.assign(me, { sessions: [], authorizedApplications: [], organizations: [] });
    settings.socialConnectors = [];
  });
  assert.equal(await page.locator(".avatar").innerText(), "A", "of the email address");
  await row(page, "Username").getByText("Not set").waitFor();
  for (const text of ["Nothing is set up yet.", "You have no tokens.", "No device is signed in."]) {
    await page.getByText(text).waitFor();
  }
  const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
  for (const empty of ["Linked accounts", "Organizations", "Application data"]) {
    assert.ok(!headings.includes(empty), empty);
  }
  await keepPicture(page, "empty");
  await end();
});

test("what couldn't be read, or wouldn't be taken today, is in nobody's way", async () => {
  const own = await startDemo();
  const { page, end } = await openAs(browser, own, "alice");
  await show(page, (me) => {
    me.avatar = "http://old.example.com/picture";
    me.profile = null;
  });
  await press(page, "Edit profile");
  await dialog(page, "Edit profile").getByLabel("Full name").fill("Alice Archer");
  await press(dialog(page, "Edit profile"), "Save");
  await told(page, "Profile saved.");
  await page.getByText("More about you").click();
  await page.getByText("https://alice.example.com").waitFor(); // It was there all the time.
  await end();
});

test("addresses that somebody else made", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { expected: [/Invalid URL/] });
  for (const uri of ["javascript:alert(1)", "https://evil.example.com/?state=x"]) {
    await page.goto(`${demo.accountUrl}/provider?${new URLSearchParams({ uri })}`);
    await press(page, "Refuse");
    await page.getByText("This link was not started here").waitFor();
    assert.equal(page.url(), `${demo.accountUrl}/`);
  }
  await page.goto(`${demo.accountUrl}/provider?uri=nonsense`);
  await page.getByRole("alert").getByText("Something went wrong on this page").waitFor();
  await page.getByRole("button", { name: "Reload the page" }).waitFor();
  await end();
});
