#!/usr/bin/env bash
# Runs the public audits of GraphQL over HTTP (npm graphql-http) against the demo named by DEMO, which has introspection
# on: bash .ci/with-demo.sh bash .ci/audit.sh. It needs node and npm, and leaves nothing behind.
set -euo pipefail

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp -r "$(dirname "$0")/audit/." "$directory"
npm ci --silent --prefix "$directory"
node "$directory/audit.js" "$DEMO"
