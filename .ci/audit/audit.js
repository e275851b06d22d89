// Runs the public audits of GraphQL over HTTP against the demo whose JSON is in the file named by the variable DEMO. It
// fails unless every audit passes, those that the specification only recommends included.
import { readFileSync } from "node:fs";
import { serverAudits } from "graphql-http";

const demo = JSON.parse(readFileSync(process.env.DEMO, "utf8"));
const url = demo.graphqlUrl;
const token = demo.users.alice.token;
const audits = serverAudits({
  url,
  fetchFn: (address, options = {}) =>
    fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } }),
});

const failed = [];
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== "ok") {
    failed.push(`${result.id} ${result.name}: ${result.reason}`);
  }
}
console.log(`${audits.length - failed.length} of ${audits.length} audits of GraphQL over HTTP pass`);
for (const line of failed) {
  console.error(line);
}
process.exitCode = failed.length === 0 && audits.length > 0 ? 0 : 1;
