#!/usr/bin/env bash
# Tests the playground in a real Chromium (see .ci/chromium.sh), against the demo: bash .ci/playground/test.sh. It needs Go,
# node and npm. Pictures go to SCREENSHOTS, .ci/out/playground if that isn't set.
set -euo pipefail
cd "$(dirname "$0")/../.."

CHROMIUM=$(bash .ci/chromium.sh)
export CHROMIUM SCREENSHOTS="${SCREENSHOTS:-$PWD/.ci/out/playground}"
bash .ci/with-demo.sh bash .ci/npm-test.sh playground
