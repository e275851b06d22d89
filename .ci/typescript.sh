#!/usr/bin/env bash
# Builds the TypeScript example, compares examples/operations/manifest.json with what it makes, and runs its flows against
# the demo named by DEMO: bash .ci/with-demo.sh bash .ci/typescript.sh. It needs node and npm, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir "$directory/examples"
cp schema.graphqls "$directory"
cp -r examples/operations "$directory/examples"
tar -C examples --exclude=node_modules --exclude=dist --exclude=gql -c typescript | tar -C "$directory/examples" -x
cd "$directory/examples/typescript"
npm ci --silent
npm test --silent
node dist/manifest.js --check
