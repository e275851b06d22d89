#!/usr/bin/env bash
# Runs every fuzz target for a time, as many at once as there are processors: bash .ci/fuzz.sh 1m. What one finds is
# written to testdata/fuzz: commit it with the mend, and go test tries it for ever.
set -euo pipefail
export FUZZTIME=$1

fuzz() { # PACKAGE TARGET
	local said
	if ! said=$(go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 1s -parallel 1 2>&1) && ! ended_late "$2" "$said"; then
		printf '%s failed:\n%s\n' "$2" "$said"
		return 1
	fi
	printf '%-16s %s\n' "$2" "$(grep '^fuzz: elapsed' <<<"$said" | tail -n 1)"
}

# Before 1.27, Go now and then takes the end of the time for a failure (https://go.dev/issue/75804). It says nothing else
# then: whatever is found has its input written down, and the output says where.
ended_late() { # TARGET OUTPUT
	grep -A 1 "^--- FAIL: $1 " <<<"$2" | tail -n 1 | grep -qx '    context deadline exceeded' && ! grep -q 'Failing input written' <<<"$2"
}
export -f fuzz ended_late

go test -list '^Fuzz' ./... |
	awk '/^Fuzz/ { targets[n++] = $1 } /^ok/ { for (i = 0; i < n; i++) print $2, targets[i]; n = 0 }' |
	xargs -L 1 -P "$(nproc)" bash -c 'fuzz "$@"' fuzz
