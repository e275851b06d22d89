#!/usr/bin/env bash
# Tests the playground in a real Chromium, against the demo: bash .ci/playground/test.sh. It needs Go, node and npm, and
# installs Chromium on Debian if it may; CHROMIUM names another one. Pictures go to SCREENSHOTS, .ci/out/playground if
# that isn't set.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -z "${CHROMIUM:-}" ] && ! CHROMIUM=$(command -v chromium || command -v google-chrome); then
	apt-get update
	apt-get install -y --no-install-recommends chromium
	CHROMIUM=$(command -v chromium)
fi
export CHROMIUM SCREENSHOTS="${SCREENSHOTS:-$PWD/.ci/out/playground}"
bash .ci/with-demo.sh bash .ci/npm-test.sh playground
