// What apps get to see through Apollo Client and urql, both as they come, of each kind of answer. It needs the demo whose
// JSON is in the file named by the variable DEMO.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, CombinedError, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { buildClientSchema, getIntrospectionQuery } from "graphql";

const demo = JSON.parse(readFileSync(process.env.DEMO, "utf8"));

// record is a fetch that notes the method, the status and whether the document itself was sent.
function record(sent) {
  return async (address, options) => {
    const response = await fetch(address, options);
    const text = options.body ?? new URL(address).searchParams;
    const query = typeof text === "string" ? JSON.parse(text).query : text.get("query");
    sent.push({ method: options.method, status: response.status, document: Boolean(query) });
    return response;
  };
}

// Each client, made with the headers of an app, answers with what the app gets: data, the codes of the errors and, in
// sent, what went over the network. Any other error than one of GraphQL fails the test: apps can't read it.
const clients = {
  "Apollo Client"({ headers, method, persisted = false }) {
    const sent = [];
    const http = new HttpLink({ uri: demo.graphqlUrl, fetch: record(sent), headers, fetchOptions: method && { method } });
    const hashing = createPersistedQueryLink({ sha256: hash });
    const client = new ApolloClient({
      link: persisted ? ApolloLink.from([hashing, http]) : http,
      cache: new InMemoryCache(),
      clientAwareness: { name: "settings", version: "1.0" },
    });
    return async (document, variables) => {
      const options = { variables, errorPolicy: "all", fetchPolicy: "no-cache" };
      const { data, error } = document.startsWith("mutation")
        ? await client.mutate({ mutation: gql(document), ...options })
        : await client.query({ query: gql(document), ...options });
      assert.ok(error === undefined || CombinedGraphQLErrors.is(error), String(error));
      return { data: plain(data), codes: codes(error?.errors), sent: sent.splice(0) };
    };
  },

  urql({ headers, persisted = false }) {
    const sent = [];
    const hashing = persistedExchange({ generateHash: async (text) => hash(text) });
    const client = new Client({
      url: demo.graphqlUrl,
      fetch: record(sent),
      fetchOptions: { headers },
      exchanges: persisted ? [hashing, fetchExchange] : [fetchExchange],
    });
    return async (document, variables = {}) => {
      const kind = document.startsWith("mutation") ? "mutation" : "query";
      const { data, error } = await client[kind](document, variables, { requestPolicy: "network-only" }).toPromise();
      assert.ok(error === undefined || (error instanceof CombinedError && !error.networkError), String(error));
      return { data: plain(data), codes: codes(error?.graphQLErrors), sent: sent.splice(0) };
    };
  },
};

const hash = (text) => createHash("sha256").update(text).digest("hex");
// plain is data without the names of types, which Apollo Client asks for by itself.
const plain = (data) => JSON.parse(JSON.stringify(data ?? null, (key, value) => (key === "__typename" ? undefined : value)));
const codes = (errors = []) => errors.map((error) => error.extensions.code);
const bearer = (user) => ({ authorization: `Bearer ${demo.users[user].token}` });

// suspend does what an administrator does in Logto.
async function suspend(user) {
  const { LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET } = demo.env;
  const granted = await fetch(`${LOGTO_ENDPOINT}/oidc/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${LOGTO_APP_ID}:${LOGTO_APP_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource: "https://default.logto.app/api", scope: "all" }),
  });
  const { access_token } = await granted.json();
  const { status } = await fetch(`${LOGTO_ENDPOINT}/api/users/${demo.users[user].id}/is-suspended`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ isSuspended: true }),
  });
  assert.equal(status, 200);
}

const update = "mutation ($name: String, $site: String) { updateProfile(input: { name: $name, profile: { website: $site } }) " +
  "{ user { name } errors { code path } } }";

// What is refused before anything is executed: if nothing else is said, an ordinary query of a person with a token.
const refused = [
  { title: "no token", headers: {}, code: "UNAUTHENTICATED", status: 401 },
  { title: "a token that is none", headers: { authorization: "Bearer none" }, code: "UNAUTHENTICATED", status: 401 },
  { title: "an unknown field", document: "{ me { nothing } }", code: "GRAPHQL_VALIDATION_FAILED", status: 400 },
  {
    title: "a variable of another type",
    document: "query ($yes: Boolean!) { me { id @include(if: $yes) } }",
    variables: { yes: "yes" },
    code: "GRAPHQL_VALIDATION_FAILED",
    status: 400,
  },
  {
    title: "too many aliases",
    document: `{ me { ${Array.from({ length: 51 }, (_, i) => `a${i}: id`).join(" ")} } }`,
    code: "DOCUMENT_LIMIT_EXCEEDED",
    status: 400,
  },
  { title: "too large a body", document: update, variables: { name: "x".repeat(1 << 20) }, code: "BAD_REQUEST", status: 413 },
  { title: "another type", document: update, headers: { ...bearer("alice"), "content-type": "text/plain" }, code: "BAD_REQUEST", status: 415 },
];
const refusals = {
  urql: refused,
  // urql chooses the method by itself.
  "Apollo Client": [
    ...refused,
    { title: "a mutation by GET", document: update, method: "GET", code: "BAD_REQUEST", status: 405 },
    { title: "another method", method: "PUT", code: "BAD_REQUEST", status: 405 },
  ],
};

for (const [name, make] of Object.entries(clients)) {
  const as = (user, options) => make({ headers: bearer(user), ...options });
  const queried = { method: name === "urql" ? "GET" : "POST", status: 200, document: true };
  const mutated = { method: "POST", status: 200, document: true };

  describe(name, () => {
    test("a query", async () => {
      assert.deepEqual(await as("bob")("query ($yes: Boolean!) { me { username id @skip(if: $yes) } }", { yes: true }), {
        data: { me: { username: "bob" } },
        codes: [],
        sent: [queried],
      });
    });

    test("a mutation", async () => {
      assert.deepEqual(await as("bob")(update, { name }), {
        data: { updateProfile: { user: { name }, errors: [] } },
        codes: [],
        sent: [mutated],
      });
    });

    test("what the person can mend", async () => {
      assert.deepEqual(await as("bob")(update, { site: "none" }), {
        data: { updateProfile: { user: null, errors: [{ code: "INVALID_INPUT", path: ["input", "profile", "website"] }] } },
        codes: [],
        sent: [mutated],
      });
    });

    test("a limit on tries", async () => {
      const guess = as("bob");
      const document = `mutation { verifyPassword(input: { password: "wrong" }) {
        verification { proof } errors { code ... on RateLimitedError { retryAfterSeconds } }
      } }`;
      let refusal;
      for (let tries = 0; tries < 30 && refusal?.code !== "RATE_LIMITED"; tries++) {
        const { data, codes } = await guess(document);
        assert.deepEqual(codes, []);
        assert.equal(data.verifyPassword.verification, null);
        [refusal] = data.verifyPassword.errors;
      }
      assert.equal(refusal.code, "RATE_LIMITED");
      assert.ok(refusal.retryAfterSeconds > 0);
    });

    test("a part that fails", async () => {
      await suspend("carol");
      assert.deepEqual(await as("carol")("{ accountSettings { mfaRequired } me { username } }"), {
        data: { accountSettings: { mfaRequired: false }, me: null },
        codes: ["ACCOUNT_SUSPENDED"],
        sent: [queried],
      });
    });

    for (const { title, document = "{ me { id } }", variables, headers = bearer("alice"), method, code, status } of refusals[name]) {
      test(title, async () => {
        const { data, codes, sent } = await make({ headers, method })(document, variables);
        assert.deepEqual({ data, codes, status: sent.map((request) => request.status) }, { data: null, codes: [code], status: [status] });
      });
    }

    test("a document that is known by its hash", async () => {
      const document = `query ${name === "urql" ? "U" : "A"} { me { username } }`;
      const ask = as("bob", { persisted: true });
      const found = { ...queried, document: false };
      const answer = { data: { me: { username: "bob" } }, codes: [] };
      assert.deepEqual(await ask(document), { ...answer, sent: [found, queried] });
      assert.deepEqual(await ask(document), { ...answer, sent: [found] });
    });
  });
}

test("introspection, as tools ask for it", async () => {
  const ask = clients.urql({ headers: bearer("alice") });
  const options = { schemaDescription: true, specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true };
  for (const document of [getIntrospectionQuery(), getIntrospectionQuery(options)]) {
    const { data, codes } = await ask(document);
    assert.deepEqual(codes, []);
    assert.ok(buildClientSchema(data).getMutationType().getFields().updateProfile);
  }
});
