#!/usr/bin/env bash
# Runs the tests of an npm package of this directory against the demo named by DEMO, which has introspection on:
#   audit    the public audits of GraphQL over HTTP (npm graphql-http)
#   clients  Apollo Client and urql, with each kind of answer
# bash .ci/with-demo.sh bash .ci/npm-test.sh PACKAGE. It needs node and npm, and leaves nothing behind.
set -euo pipefail

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp -r "$(dirname "$0")/$1/." "$directory"
npm ci --silent --prefix "$directory"
npm test --silent --prefix "$directory"
