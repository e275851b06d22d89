// The flows of a settings page against the demo whose JSON is in the file named by the variable DEMO.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { type ApolloClient, gql } from "@apollo/client";

import { type Outcome, change, endsSession, failureOf, tell } from "./change.js";
import { newClient } from "./client.js";
import * as operations from "./gql/graphql.js";

interface Demo {
  graphqlUrl: string;
  logtoUrl: string;
  users: Record<string, { token: string; password: string }>;
}

const demo = JSON.parse(readFileSync(process.env["DEMO"]!, "utf8")) as Demo;
const manifest = JSON.parse(readFileSync("../operations/manifest.json", "utf8")) as {
  operations: { id: string; type: string; body: string }[];
};

function clientOf(user: string, http = fetch): ApolloClient {
  return newClient(demo.graphqlUrl, async () => demo.users[user]!.token, http);
}

/** The payload of a change that was made. */
function done<Payload>(outcome: Outcome<Payload>): Payload {
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  return (outcome as Extract<Outcome<Payload>, { kind: "done" }>).payload;
}

/** The one error of a change that was refused. */
function refused<Payload>(outcome: Outcome<Payload>) {
  assert.equal(outcome.kind, "refused", JSON.stringify(outcome));
  const { errors } = outcome as Extract<Outcome<Payload>, { kind: "refused" }>;
  assert.equal(errors.length, 1);
  return errors[0]!;
}

async function proofOf(client: ApolloClient, user: string): Promise<string> {
  const { password } = demo.users[user]!;
  return done(await change(client, operations.VerifyPasswordDocument, { password })).verification!.proof;
}

async function codeFor(address: string): Promise<string> {
  const messages = (await (await fetch(`${demo.logtoUrl}/simulator/messages`)).json()) as { to: string; code: string }[];
  return messages.findLast(({ to }) => to === address)!.code;
}

test("every screen's query is answered whole", async () => {
  const queries = manifest.operations.filter(({ type }) => type === "query");
  assert.ok(queries.length > 0);
  for (const { body } of queries) {
    const { data, error } = await clientOf("alice").query({ query: gql(body) });
    assert.equal(error, undefined);
    assert.ok(data);
  }
});

test("what is sent is what the manifest lists", async () => {
  const sent: { query?: string; id: string }[] = [];
  const client = clientOf("bob", async (input, init) => {
    const { query, extensions } = JSON.parse(init?.body as string);
    sent.push({ query, id: extensions.persistedQuery.sha256Hash });
    return fetch(input, init);
  });
  await client.query({ query: operations.SettingsDocument });
  await change(client, operations.UpdateCustomDataDocument, { data: { theme: "dark" } });
  assert.ok(sent.some(({ query }) => query !== undefined), "the demo has no manifest, and is sent the document once");
  for (const { query, id } of sent) {
    const listed = manifest.operations.find((operation) => operation.id === id);
    assert.ok(listed);
    assert.ok(query === undefined || query === listed.body);
  }
});

test("a profile is changed, and the cache with it", async () => {
  const client = clientOf("bob");
  await client.query({ query: operations.ProfileDocument });
  done(await change(client, operations.UpdateProfileDocument, { profile: { name: "Robert", profile: { locale: "en-GB" } } }));
  assert.equal(client.readQuery({ query: operations.ProfileDocument })?.me?.name, "Robert");

  const error = refused(await change(client, operations.UpdateProfileDocument, { profile: { profile: { website: "ftp://x" } } }));
  assert.deepEqual([error.code, error.path], ["INVALID_INPUT", ["input", "profile", "website"]]);
});

test("JSON goes through as it is", async () => {
  const data = { nested: { list: [1, "two", null, true] } };
  const changed = done(await change(clientOf("bob"), operations.UpdateCustomDataDocument, { data, mode: "REPLACE" }));
  assert.deepEqual(changed.user?.customData, data);
});

test("an email address is changed by its two proofs", async () => {
  const client = clientOf("bob");
  const email = "robert@example.com";
  const stepUpProof = await proofOf(client, "bob");
  const { challenge } = done(await change(client, operations.SendVerificationCodeDocument, { email, stepUpProof }));
  const code = await codeFor(email);
  const wrong = code === "000000" ? "000001" : "000000";
  const error = refused(await change(client, operations.VerifyCodeDocument, { challengeId: challenge!.id, code: wrong }));
  assert.match(tell(error), /^Wrong code: \d+ tries are left\.$/);
  const { verification } = done(await change(client, operations.VerifyCodeDocument, { challengeId: challenge!.id, code }));
  assert.equal(verification!.kind, "IDENTIFIER");
  const identifierProof = verification!.proof;
  const changed = done(await change(client, operations.UpdatePrimaryEmailDocument, { email, identifierProof, stepUpProof }));
  assert.equal(changed.user?.primaryEmail, email);
});

test("a personal access token needs a proof, and is shown once", async () => {
  const client = clientOf("bob");
  const error = refused(await change(client, operations.CreatePersonalAccessTokenDocument, { name: "ci" }));
  assert.match(tell(error), /^Confirm that it's you by one of: .*PASSWORD/);

  const stepUpProof = await proofOf(client, "bob");
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const made = done(await change(client, operations.CreatePersonalAccessTokenDocument, { name: "ci", expiresAt, stepUpProof }));
  assert.ok(made.value);
  assert.equal(Date.parse(made.personalAccessToken!.expiresAt!), Date.parse(expiresAt));
  const { data } = await client.query({ query: operations.PersonalAccessTokensDocument });
  assert.deepEqual(data?.me?.personalAccessTokens?.map(({ name }) => name), ["ci"]);
  done(await change(client, operations.DeletePersonalAccessTokenDocument, { name: "ci" }));
});

test("a rejected password says why", async () => {
  const currentPassword = demo.users["alice"]!.password;
  const error = refused(await change(clientOf("alice"), operations.ChangePasswordDocument, { newPassword: "a", currentPassword }));
  assert.equal(error.__typename, "PasswordRejectedError");
  assert.notEqual(tell(error), error.message);
});

test("a type and a code that this app doesn't know are told", async () => {
  const client = clientOf("bob", async (input, init) => {
    const response = await fetch(input, init);
    const text = await response.text();
    return new Response(text.replaceAll("BasicError", "LaterError").replaceAll("WRONG_PASSWORD", "LATER_CODE"), response);
  });
  const error = refused(await change(client, operations.VerifyPasswordDocument, { password: "not it" }));
  assert.equal(error.code as string, "LATER_CODE");
  assert.equal(tell(error), error.message);
  assert.ok(error.message);
});

test("what the person can't mend is a failure", async () => {
  const client = newClient(demo.graphqlUrl, async () => "nonsense");
  const { error } = await client.query({ query: operations.ProfileDocument });
  assert.ok(endsSession(failureOf(error)));
  const outcome = await change(client, operations.VerifyPasswordDocument, { password: "x" });
  assert.ok(outcome.kind === "failed" && outcome.failure.code === "UNAUTHENTICATED");

  const unreachable = newClient("http://127.0.0.1:1/graphql", async () => "nonsense");
  const lost = await change(unreachable, operations.VerifyPasswordDocument, { password: "x" });
  assert.ok(lost.kind === "failed" && lost.failure.code === "NETWORK");
});
