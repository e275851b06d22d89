// Writes the manifest that PERSISTED_OPERATIONS takes: every operation as Apollo Client sends it, and its hash, by which
// Apollo Client names it. With --check it compares and writes nothing.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import type { DocumentNode } from "graphql";
import { Kind, print } from "graphql";

import { newCache } from "./client.js";
import * as generated from "./gql/graphql.js";

const file = "../operations/manifest.json";

function isDocument(value: object): value is DocumentNode {
  return "kind" in value && value.kind === Kind.DOCUMENT;
}

const operations = Object.values(generated)
  .filter(isDocument)
  .flatMap((document) => {
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    if (!operation) {
      return []; // A fragment's own.
    }
    const body = print(newCache().transformDocument(document));
    return [{ id: createHash("sha256").update(body).digest("hex"), name: operation.name?.value ?? "", type: operation.operation, body }];
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

const manifest = `${JSON.stringify({ format: "apollo-persisted-query-manifest", version: 1, operations }, null, 2)}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(file, manifest);
} else if (readFileSync(file, "utf8") !== manifest) {
  throw new Error(`${file} is stale: npm run manifest`);
}
