#!/usr/bin/env bash
# Runs a command beside a demo server on a free port: bash .ci/with-demo.sh COMMAND [ARGUMENT…]. The variable DEMO names
# a file with what `demo -json` printed.
set -euo pipefail

directory=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$directory"' EXIT
go build -o "$directory/accountql" "$(dirname "$0")/.."
"$directory/accountql" demo -addr 127.0.0.1:0 -json >"$directory/demo.json" 2>"$directory/log" &
server=$!
for _ in $(seq 600); do
	[ -s "$directory/demo.json" ] && break
	kill -0 "$server" 2>/dev/null || { cat "$directory/log" >&2; exit 1; }
	sleep 0.1
done
DEMO="$directory/demo.json" "$@"
