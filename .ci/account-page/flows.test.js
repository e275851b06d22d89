// Every flow of the account page in the demo, in a real browser. Those of security.test.js are apart.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ask, lastCode, launch, openAs, startDemo } from "./harness.js";
import { confirmByPassword, confirmBySigningIn, dialog, press, row, told, toldCode } from "./steps.js";

const browser = await launch();

test("one query loads the page", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  const loads = [];
  page.on(
    "request",
    (request) => request.url() === demo.graphqlUrl && loads.push(request.postDataJSON().operationName),
  );
  await page.reload();
  await row(page, "Firefox on macOS").waitFor();
  assert.deepEqual(loads, ["Account"]);
  await end();
});

test("profile", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  const loads = [];
  const inputs = [];
  page.on("request", (request) => {
    if (request.url() === demo.graphqlUrl) {
      const { operationName, variables } = request.postDataJSON();
      loads.push(operationName);
      inputs.push(variables.input);
    }
  });
  await press(page, "Edit profile");
  const form = dialog(page, "Edit profile");
  await form.getByLabel("Full name").fill("Alice Archer");
  await form.getByLabel("Website").fill("http://insecure.example.com");
  await press(form, "Save");
  const website = form.getByLabel("Website");
  await website.and(page.locator("[aria-invalid=true]:focus")).waitFor();
  await website.fill("https://alice.example.org");
  await form.getByLabel("City").fill("");
  await form.getByLabel("Street").fill("2 Side Street\nBack yard");
  await press(form, "Save");
  await told(page, "Profile saved.");
  await page.getByText("Alice Archer").waitFor();
  assert.deepEqual(loads, ["UpdateProfile", "UpdateProfile"], "what the mutation returns updates the page");
  assert.deepEqual(
    inputs.at(-1),
    {
      name: "Alice Archer",
      profile: {
        website: "https://alice.example.org",
        address: { locality: null, streetAddress: "2 Side Street\nBack yard" },
      },
    },
    "what wasn't changed stays as it is",
  );
  await press(page, "Edit profile");
  await press(form, "Save");
  await form.waitFor({ state: "detached" });
  assert.equal(loads.length, 2, "nothing was changed");
  const { data } = await ask(demo, "alice", "{ me { name profile { website address { locality country } } } }");
  assert.deepEqual(data.me, {
    name: "Alice Archer",
    profile: { website: "https://alice.example.org", address: { locality: null, country: "Germany" } },
  });
  await end();
});

test("username", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Change Username");
  const form = dialog(page, "Username");
  await form.getByLabel("Username").fill("alice");
  await press(form, "Save");
  const confirmation = dialog(page, "Confirm that it’s you");
  await confirmation.getByLabel("Your password").fill("wrong");
  await press(confirmation, "Continue");
  await confirmation.locator("[aria-invalid=true]:focus").waitFor();
  await confirmByPassword(page, demo.users.bob.password);
  await form.locator("[aria-invalid=true]").waitFor(); // Alice has it.
  await form.getByLabel("Username").fill("bobby");
  await press(form, "Save"); // The proof is still good.
  await told(page, "Username changed.");
  await row(page, "Username").getByText("bobby").waitFor();
  await end();
});

test("email address with a second factor", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  await press(page, "Change Email address");
  const form = dialog(page, "Email address");
  await form.getByLabel("New email address").fill("alice@example.org");
  await press(form, "Send a code");
  await confirmBySigningIn(page);
  await form.getByLabel("Code, six digits").fill("000000");
  await press(form, "Continue");
  await form.getByText("left").waitFor(); // Tries.
  const code = await lastCode(demo, "alice@example.org");
  await form.getByLabel("Code, six digits").fill(` ${code.slice(0, 3)} ${code.slice(3)}`);
  await press(form, "Continue");
  await told(page, "Email address changed.");
  await row(page, "Email address").getByText("alice@example.org").waitFor();

  await press(page, "Remove Email address");
  await press(dialog(page, "Remove Email address"), "Remove");
  await told(page, "Email address removed.");
  await row(page, "Email address").getByText("Not set").waitFor();
  await end();
});

test("phone number", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Add Phone number");
  const form = dialog(page, "Phone number");
  await form.getByLabel("New phone number").fill("+12025550199");
  await press(form, "Send a code");
  // By a code to the present email address this time.
  const confirmation = dialog(page, "Confirm that it’s you");
  await press(confirmation, "Get a code by email");
  await press(confirmation, "Send a code");
  await confirmation.getByLabel("Code, six digits").fill(await toldCode(confirmation));
  await press(confirmation, "Continue");
  await form.getByLabel("Code, six digits").fill(await toldCode(form));
  await press(form, "Continue");
  await told(page, "Phone number changed.");
  await row(page, "Phone number").getByText("+12025550199").waitFor();
  await press(page, "Remove Phone number");
  await press(dialog(page, "Remove Phone number"), "Remove");
  await told(page, "Phone number removed.");
  await end();
});

test("password", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Change Password");
  const form = dialog(page, "Password");
  await form.getByLabel("Current password").fill(demo.users.bob.password);
  await form.getByLabel("New password").fill("1234");
  await press(form, "Save");
  await form.locator(".error li").first().waitFor();
  await press(form, "Show New password");
  assert.equal(await form.getByLabel("New password").getAttribute("type"), "text");
  await form.getByLabel("New password").fill("violet-Kettle-9-harbour");
  await form.getByLabel("Sign out everywhere").check();
  await press(form, "Save");
  await told(page, "Password changed.");
  await end();

  const carol = await openAs(browser, demo, "carol");
  await press(carol.page, "Add Password");
  const first = dialog(carol.page, "Password");
  await first.getByLabel("New password").fill("copper-Violin-3-meadow");
  await press(first, "Save");
  await confirmBySigningIn(carol.page);
  await told(carol.page, "Password changed.");
  await row(carol.page, "Password").getByText("Set", { exact: true }).waitFor();
  await carol.end();
});

test("linked accounts", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  await press(page, "Link Mock Social");
  await press(dialog(page, "Link Mock Social"), "Continue");
  await confirmByPassword(page, demo.users.alice.password);
  await page.getByRole("heading", { name: "In place of mock-social" }).waitFor();
  await page.getByLabel("Who you are there").fill("Sam Sample");
  await press(page, "Sign in");
  await told(page, "Mock Social linked.");
  await row(page, "Mock Social").getByText("Sam Sample").waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/account/");

  await press(page, "Unlink Mock Social");
  await press(dialog(page, "Unlink Mock Social"), "Unlink");
  await confirmByPassword(page, demo.users.alice.password); // The proof went with the page.
  await told(page, "Mock Social unlinked.");
  await row(page, "Mock Social").getByText("Not linked").waitFor();

  await page.goto(`${demo.accountUrl}/link?code=x&state=somebody-elses`);
  await page.getByText("This link was not started here").waitFor();
  await end();

  const bob = await openAs(browser, demo, "bob");
  await press(bob.page, "Link GitHub");
  await press(dialog(bob.page, "Link GitHub"), "Continue");
  await confirmByPassword(bob.page, demo.users.bob.password);
  await press(bob.page, "Refuse");
  await bob.page.getByRole("alert").getByText("The person turned back").waitFor();
  await bob.end();

  const carol = await openAs(browser, demo, "carol");
  await row(carol.page, "GitHub").getByText("nothing else would be left").waitFor();
  assert.equal(await carol.page.getByRole("button", { name: "Unlink GitHub" }).count(), 0);
  await carol.end();
});

test("application data", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  await press(page, "Edit application data");
  const form = dialog(page, "Edit application data");
  await form.getByLabel("theme").fill("light");
  await press(form, "Save");
  await form.getByText("This is not JSON").waitFor();
  await form.getByLabel("theme").fill('"light"');
  await press(form, "Save");
  await told(page, "Application data saved.");
  const { data } = await ask(demo, "alice", "{ me { customData } }");
  assert.deepEqual(data.me.customData, { layout: { columns: 3 }, newsletter: true, plan: "pro", theme: "light" });
  await end();
});

test("suspension", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "bob");
  await press(page, "Suspend account");
  const form = dialog(page, "Suspend account");
  await form.getByLabel("Type bob to confirm").fill("bob");
  await press(form, "Suspend account");
  await confirmByPassword(page, demo.users.bob.password);
  await page.getByRole("heading", { name: "Your account is suspended" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "This account is suspended" }).waitFor();
  await press(page, "Sign out");
  await page.getByRole("heading", { name: "Choose a demo user" }).waitFor();
  await press(page, "Sign in as carol");
  await page.getByText("Carol Clark").first().waitFor();
  await end();
});

test("deletion", async () => {
  const demo = await startDemo();
  const { page, end } = await openAs(browser, demo, "alice");
  await press(page, "Delete account");
  const form = dialog(page, "Delete account");
  await form.getByLabel("Type alice to confirm").fill("bob");
  await press(form, "Delete account");
  await confirmBySigningIn(page);
  await form.locator("[aria-invalid=true]").waitFor();
  await form.getByLabel("Type alice to confirm").fill("alice");
  await press(form, "Delete account");
  await page.getByRole("heading", { name: "Your account is deleted" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "This account no longer exists" }).waitFor();
  await end();
});
