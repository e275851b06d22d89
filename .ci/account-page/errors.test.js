// What the account page makes of every kind of error, and of what it doesn't know.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answerOnce,
  ask,
  change,
  keepPicture,
  launch,
  openAs,
  startDemo,
  startServer,
  topLevel,
  watch,
} from "./harness.js";
import { SignInPages } from "./logto.js";
import { confirmByPassword, dialog, press, row, told } from "./steps.js";

const browser = await launch();
const demo = await startDemo();

async function rename(page, name) {
  await press(page, "Edit profile");
  await dialog(page, "Edit profile").getByLabel("Full name").fill(name);
  await press(dialog(page, "Edit profile"), "Save");
}

test("reading fails", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { expected: [/401/] });
  await answerOnce(page, "Account", (route) =>
    route.fulfill(topLevel("UPSTREAM_UNAVAILABLE", { retryAfterSeconds: 7 })),
  );
  await page.reload();
  const alert = page.getByRole("alert");
  await alert.getByText("can’t be reached right now. Try again later. Try again in 7 seconds.").waitFor();
  await press(alert, "Reload the account");
  await page.getByText("Alice Anderson").first().waitFor();
  assert.equal(await alert.count(), 0);

  await answerOnce(page, "Account", (route) => route.fulfill(topLevel("UNAUTHENTICATED")));
  await page.reload();
  await page.getByText("Alice Anderson").first().waitFor(); // With another token.

  await answerOnce(page, "Account", (route) => route.fulfill(topLevel("UNAUTHENTICATED")), { times: 2 });
  await page.reload();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  await end();
});

test("the sign-in ends while something is typed", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { expected: [/401/] });
  await answerOnce(page, "UpdateProfile", (route) => route.fulfill(topLevel("UNAUTHENTICATED")), { times: 2 });
  await rename(page, "Alice Typed");
  const form = dialog(page, "Edit profile");
  const link = form.getByRole("alert").getByRole("link", { name: "Sign in in a new tab" });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), `${demo.accountUrl}/`);
  assert.equal(await form.getByLabel("Full name").inputValue(), "Alice Typed");
  await press(form, "Save"); // Signed in meanwhile.
  await told(page, "Profile saved.");
  await end();
});

test("a part can't be read", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  await answerOnce(page, "Account", (route) =>
    change(route, (answer) => {
      answer.data.me.sessions = null;
      answer.data.me.username = null;
      answer.errors = ["sessions", "username"].map((field) => ({
        message: "Logto failed.",
        path: ["me", field],
        extensions: { code: "UPSTREAM_UNAVAILABLE" },
      }));
    }),
  );
  await page.reload();
  const devices = page.getByRole("region", { name: "Devices" });
  await devices.getByText("This can’t be loaded right now.").waitFor();
  await row(page, "Username").getByText("This can’t be loaded right now.").waitFor();
  await row(page, "Email address").getByText("alice@example.com").waitFor();
  await press(page, "Reload the account");
  await row(page, "Firefox on macOS").waitFor();
  await row(page, "Username").getByText("alice").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await end();
});

test("a part can't be read, and another is changed", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  await answerOnce(page, "Account", (route) =>
    change(route, (answer) => {
      answer.data.me.sessions = null;
      answer.errors = [
        { message: "Logto failed.", path: ["me", "sessions"], extensions: { code: "UPSTREAM_UNAVAILABLE" } },
      ];
    }),
  );
  await page.reload();
  const missing = page.getByRole("region", { name: "Devices" }).getByText("This can’t be loaded right now.");
  await missing.waitFor();
  await rename(page, "Alice in Part");
  await told(page, "Profile saved.");
  await page.getByText("Alice in Part").waitFor(); // The page is made of the cache now.
  assert.equal(await missing.count(), 1);
  await press(page, "Reload the account");
  await row(page, "Firefox on macOS").waitFor();
  assert.equal(await missing.count(), 0);
  assert.equal(await page.getByRole("alert").count(), 0);
  await end();
});

test("changing fails", async () => {
  const { page, end } = await openAs(browser, demo, "alice", { expected: [/ERR_FAILED/] });
  const form = dialog(page, "Edit profile");
  for (const [code, extensions, text, isUnknown] of [
    ["RATE_LIMITED", { retryAfterSeconds: 120 }, "There were too many requests. Try again in 2 minutes.", false],
    ["FORBIDDEN", { requiredScope: "account:write" }, "lacks the scope account:write", false],
    ["UPSTREAM_MISCONFIGURED", {}, "Only its operator can fix this.", false],
    ["UPSTREAM_TIMEOUT", {}, "took too long", true],
    ["OPERATION_TIMEOUT", {}, "longer than is allowed", true],
    ["OF_TOMORROW", {}, "Something went wrong (OF_TOMORROW)", false],
  ]) {
    await answerOnce(page, "UpdateProfile", (route) => route.fulfill(topLevel(code, extensions)));
    await rename(page, "Never");
    await form.getByRole("alert").getByText(text).waitFor();
    assert.equal(await form.getByText("may or may not have been made").count(), isUnknown ? 1 : 0, code);
    await press(form, "Cancel");
  }

  // The change is made, and its answer lost.
  await answerOnce(page, "UpdateProfile", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await rename(page, "Alice Lost");
  await form.getByText("may or may not have been made").waitFor();
  await keepPicture(page, "outcome-unknown");
  await press(form, "Reload the account");
  await press(form, "Cancel");
  await page.getByText("Alice Lost").waitFor();
  await end();
});

test("a change is made and can't be read", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  await answerOnce(page, "UpdateProfile", (route) =>
    change(route, (answer) => {
      answer.data.updateProfile.user = null;
      answer.errors = [
        {
          message: "No.",
          path: ["updateProfile", "user"],
          extensions: { code: "FORBIDDEN", requiredScope: "account:read" },
        },
      ];
    }),
  );
  await rename(page, "Alice Unread");
  await told(page, "Profile saved.");
  await page.getByText("Alice Unread").waitFor(); // It was read once more.
  await end();
});

test("what a server of tomorrow says", async () => {
  const { page, end } = await openAs(browser, demo, "alice");
  await answerOnce(page, "Account", (route) =>
    change(route, ({ data: { me, accountSettings } }) => {
      me.stepUpMethods.push("RETINA");
      me.usernameRemovable = { ...me.usernameRemovable, allowed: false, reason: "OF_TOMORROW" };
      me.mfaVerifications.push({
        __typename: "RetinaVerification",
        id: "retina",
        createdAt: me.createdAt,
        lastUsedAt: null,
      });
      accountSettings.mfaFactors.push("RETINA");
      accountSettings.fields.find(({ field }) => field === "PHONE").access = "SOMETIMES";
      accountSettings.fields.push({ ...accountSettings.fields[0], field: "SHOE_SIZE" });
    }),
  );
  await page.reload();
  await row(page, "Another factor").waitFor();
  await row(page, "Username").getByText("It can’t be removed here.").waitFor();
  await row(page, "Phone number").getByText("+12025550143").waitFor();
  assert.equal(await row(page, "Phone number").getByRole("button").count(), 0);

  await answerOnce(page, "UpdateProfile", (route) =>
    route.fulfill({
      json: {
        data: {
          updateProfile: {
            __typename: "UpdateProfilePayload",
            user: null,
            errors: [
              {
                __typename: "ErrorOfTomorrow",
                code: "OF_TOMORROW",
                message: "Tomorrow's words.",
                path: ["input", "name"],
              },
            ],
          },
        },
      },
    }),
  );
  await rename(page, "Never");
  const field = dialog(page, "Edit profile").getByLabel("Full name");
  await dialog(page, "Edit profile").getByText("Tomorrow's words.").waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await press(dialog(page, "Edit profile"), "Cancel");

  await answerOnce(page, "SuspendAccount", (route) =>
    route.fulfill({
      json: {
        data: {
          suspendAccount: {
            __typename: "SuspendAccountPayload",
            suspended: false,
            errors: [
              {
                __typename: "StepUpRequiredError",
                code: "STEP_UP_REQUIRED",
                message: "Prove it.",
                path: ["input", "stepUpProof"],
                methods: ["RETINA"],
              },
            ],
          },
        },
      },
    }),
  );
  await press(page, "Suspend account");
  await press(dialog(page, "Suspend account"), "Suspend account");
  await dialog(page, "Confirm that it’s you").getByText("There is no way to confirm that").waitFor();
  await end();
});

test("a proof that is no longer good is asked for again", async () => {
  const own = await startDemo();
  const { page, end } = await openAs(browser, own, "bob");
  await press(page, "Change Username");
  await dialog(page, "Username").getByLabel("Username").fill("bobby");
  await press(dialog(page, "Username"), "Save");
  await confirmByPassword(page, own.users.bob.password);
  await told(page, "Username changed.");
  const { data } = await ask(
    own,
    "bob",
    `mutation { changePassword(input: {
    currentPassword: "${own.users.bob.password}", newPassword: "violet-Kettle-9-harbour" }) { errors { code } } }`,
  );
  assert.deepEqual(data.changePassword.errors, []);
  await press(page, "Remove Username");
  await press(dialog(page, "Remove Username"), "Remove");
  await confirmByPassword(page, "violet-Kettle-9-harbour");
  await told(page, "Username removed.");
  await end();
});

test("too many wrong passwords", async () => {
  const own = await startDemo();
  const { page, end } = await openAs(browser, own, "bob");
  await press(page, "Create token");
  await dialog(page, "Create token").getByLabel("Name").fill("never");
  await press(dialog(page, "Create token"), "Create token");
  const confirmation = dialog(page, "Confirm that it’s you");
  await confirmation.getByLabel("Your password").fill("wrong");
  const limited = confirmation.getByText(/Try again in \d+ (minutes?|seconds?)\./);
  for (let tries = 0; tries < 20 && (await limited.count()) === 0; tries++) {
    const answered = page.waitForResponse(own.graphqlUrl);
    await press(confirmation, "Continue");
    await answered;
    await confirmation.getByRole("button", { name: "Continue" }).waitFor();
  }
  await limited.waitFor();
  await confirmation.getByRole("button", { name: "Get a code by email" }).waitFor();
  await end();
});

test("another account is linked already", async () => {
  const own = await startDemo();
  const { context, page, end } = await openAs(browser, own, "bob");
  const slow = await context.newPage();
  await slow.goto(own.accountUrl);
  for (const tab of [slow, page]) {
    await press(tab, "Link Mock Social");
    await press(dialog(tab, "Link Mock Social"), "Continue");
    await confirmByPassword(tab, own.users.bob.password);
    await tab.getByLabel("Who you are there").waitFor();
  }
  await press(page, "Sign in");
  await told(page, "Mock Social linked.");
  await slow.getByLabel("Who you are there").fill("Somebody Else");
  await press(slow, "Sign in");
  await slow.getByText("Another account at Mock Social is already linked").waitFor();
  await press(dialog(slow, "Link Mock Social"), "Replace");
  await told(slow, "Mock Social linked.");
  await row(slow, "Mock Social").getByText("Somebody Else").waitFor();
  await end();
});

test("what the operator doesn't allow isn't offered", async () => {
  const root = await startServer(demo, {
    FIELD_ACCESS:
      "name=readOnly,avatar=off,profile=readOnly,username=readOnly,email=readOnly,phone=off,password=readOnly," +
      "social=readOnly,mfa=off,personalAccessToken=readOnly,session=readOnly,customData=off,account=readOnly",
  });
  const pages = new SignInPages(demo);
  const { context, page, end } = await watch(browser);
  await pages.attach(context);
  await page.goto(`${root}/account`);
  await press(page, "Sign in");
  await page.getByText("Sign in at Logto").click();
  await row(page, "Username").getByText("alice").waitFor();
  await row(page, "laptop").waitFor();
  const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
  assert.deepEqual(headings, [
    "Profile",
    "Ways to sign in",
    "Linked accounts",
    "Personal access tokens",
    "Devices",
    "Applications",
    "Organizations",
  ]);
  assert.equal(await row(page, "Phone number").count(), 0);
  assert.deepEqual(await page.getByRole("button").allInnerTexts(), ["Sign out"]);
  await end();
});
