#!/usr/bin/env bash
# Tests the account page in a real Chromium (see .ci/chromium.sh), against the demo: bash .ci/account-page/test.sh. It
# needs Go, node and npm. Pictures go to SCREENSHOTS, .ci/out/account-page if that isn't set.
set -euo pipefail
cd "$(dirname "$0")/../.."

CHROMIUM=$(bash .ci/chromium.sh)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
go build -o "$directory/accountql" .
ACCOUNTQL="$directory/accountql" CHROMIUM="$CHROMIUM" SCREENSHOTS="${SCREENSHOTS:-$PWD/.ci/out/account-page}" \
	bash .ci/npm-test.sh account-page
