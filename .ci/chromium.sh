#!/usr/bin/env bash
# Prints the path of a Chromium to test with: the variable CHROMIUM, what is installed, or else what Debian has, which it
# installs if it may.
set -euo pipefail

if [ -n "${CHROMIUM:-}" ]; then
	echo "$CHROMIUM"
elif ! command -v chromium && ! command -v google-chrome; then
	apt-get update >&2
	apt-get install -y --no-install-recommends chromium >&2
	command -v chromium
fi
