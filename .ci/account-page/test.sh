#!/usr/bin/env bash
# Tests the account page in a real Chromium, against the demo: bash .ci/account-page/test.sh. It needs Go, node and npm,
# and installs Chromium on Debian if it may; CHROMIUM names another one. Pictures go to SCREENSHOTS, .ci/out/account-page
# if that isn't set.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -z "${CHROMIUM:-}" ] && ! CHROMIUM=$(command -v chromium || command -v google-chrome); then
	apt-get update
	apt-get install -y --no-install-recommends chromium
	CHROMIUM=$(command -v chromium)
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
go build -o "$directory/accountql" .
ACCOUNTQL="$directory/accountql" CHROMIUM="$CHROMIUM" SCREENSHOTS="${SCREENSHOTS:-$PWD/.ci/out/account-page}" \
	bash .ci/npm-test.sh account-page
