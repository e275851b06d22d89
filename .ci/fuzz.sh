#!/usr/bin/env bash
# Runs every fuzz target for a time, as many at once as there are processors: bash .ci/fuzz.sh 1m. What one finds is
# written to testdata/fuzz: commit it with the mend, and go test tries it for ever.
set -euo pipefail
export FUZZTIME=$1

fuzz() { # PACKAGE TARGET
	local said
	if ! said=$(go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 1s -parallel 1 2>&1); then
		printf '%s failed:\n%s\n' "$2" "$said"
		return 1
	fi
	printf '%-16s %s\n' "$2" "$(grep '^fuzz: elapsed' <<<"$said" | tail -n 1)"
}
export -f fuzz

go test -list '^Fuzz' ./... |
	awk '/^Fuzz/ { targets[n++] = $1 } /^ok/ { for (i = 0; i < n; i++) print $2, targets[i]; n = 0 }' |
	xargs -L 1 -P "$(nproc)" bash -c 'fuzz "$@"' fuzz
