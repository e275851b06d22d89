#!/usr/bin/env bash
# Builds examples/account-page, and stores the result compressed in assets/.
#
#   update-assets.sh          writes assets/
#   update-assets.sh --check  compares assets/ with what is built, writes nothing
#
# It needs node and npm. The versions of all packages are pinned, so the same source gives the same bytes.
set -euo pipefail

assets=$(cd "$(dirname "$0")" && pwd)/assets
repository=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A copy, so that the working copy's node_modules don't come in.
mkdir -p "$work/examples/account-page"
cp "$repository/schema.graphqls" "$work"
tar -C "$repository/examples/account-page" --exclude=./node_modules --exclude=./dist -cf - . |
	tar -C "$work/examples/account-page" -xf -
cd "$work/examples/account-page"
npm ci --silent
npm run --silent check
npm run --silent build -- --logLevel warn

if [ "${1:-}" = --check ]; then
	mkdir "$work/stored"
	cp -r "$assets" "$work/stored/dist"
	find "$work/stored/dist" -name '*.gz' -exec gzip -d {} +
	diff -r "$work/stored/dist" dist && exit
	echo 'accountpage/assets is not what examples/account-page gives: run accountpage/update-assets.sh' >&2
	exit 1
fi
find dist -type f -exec gzip -9 -n {} +
rm -rf "$assets"
cp -r dist "$assets"
