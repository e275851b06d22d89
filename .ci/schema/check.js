// Compares two schemas: node check.js OLD NEW. Exits with 1 when what a client may do by the old one breaks by the new.
import { readFileSync } from "node:fs";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, "utf8")));
const changes = await diff(before, after);
for (const level of [CriticalityLevel.Breaking, CriticalityLevel.Dangerous]) {
  for (const { message } of changes.filter(({ criticality }) => criticality.level === level)) {
    console.log(`${level}: ${message}`);
  }
}
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking).length;
console.log(`${changes.length} changes, ${breaking} of them breaking`);
process.exitCode = breaking > 0 ? 1 : 0;
