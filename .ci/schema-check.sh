#!/usr/bin/env bash
# Compares schema.graphqls with that of the last release, the newest tag v* before this commit, and fails on what breaks
# clients: bash .ci/schema-check.sh. What clients must expect, such as new enum values, is told only.
set -euo pipefail
cd "$(dirname "$0")/.."

# A shallow clone has no tags.
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
	git fetch --quiet --tags --unshallow
fi
# A tag of this very commit is the release that is being made: it doesn't differ from itself.
release=$(git describe --tags --match 'v[0-9]*' --abbrev=0 HEAD^ 2>/dev/null || true)
if [ -z "$release" ]; then
	echo 'schema: there is no release yet to compare with'
	exit
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp .ci/schema/{.npmrc,package.json,package-lock.json,check.js} "$directory"
(cd "$directory" && npm ci --silent)
git show "$release:schema.graphqls" >"$directory/released.graphqls"
echo "schema: against $release"
node "$directory/check.js" "$directory/released.graphqls" schema.graphqls
