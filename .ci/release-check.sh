#!/usr/bin/env bash
# Builds this commit's release in two clones, and fails unless both have the same bytes and the program names its version
# and commit: bash .ci/release-check.sh
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
platform=$(go env GOHOSTOS)/$(go env GOHOSTARCH)
for clone in "$directory/one" "$directory/another/deeper"; do
	git clone --quiet . "$clone"
	bash "$clone/.ci/release.sh" "$platform"
done
cmp "$directory/one/dist/SHA256SUMS" "$directory/another/deeper/dist/SHA256SUMS"

said=$("$directory/one/dist/accountql-${platform/\//-}" version)
echo "$said"
if [[ $said != "accountql $(git describe --tags --always), commit $(git rev-parse HEAD), go"* ]]; then
	echo 'release-check: that is not this commit' >&2
	exit 1
fi
