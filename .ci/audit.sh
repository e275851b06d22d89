#!/usr/bin/env bash
# Runs the public audits of GraphQL over HTTP (npm graphql-http) against a server that has introspection on, such as the
# demo: bash .ci/audit.sh URL TOKEN. It needs node and npm, and leaves nothing behind.
set -euo pipefail

if (($# != 2)); then
	echo "usage: $0 URL TOKEN" >&2
	exit 2
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp -r "$(dirname "$0")/audit/." "$directory"
npm ci --silent --prefix "$directory"
node "$directory/audit.js" "$@"
