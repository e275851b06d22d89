#!/bin/sh
# Fetches the npm files that the playground is made of, at pinned versions, and
# stores them compressed in assets/. What comes is held against
# assets/SHA256SUMS, which lists the files as they are uncompressed.
#
#   update-assets.sh          writes assets/
#   update-assets.sh --check  compares assets/ with what npm has, writes nothing
#
# For another version, change it here, look at what npm has, and put the sums of
# that into SHA256SUMS.
set -eu

cd "$(dirname "$0")/assets"
assets=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# take PACKAGE@VERSION FILE... unpacks the files into the work directory, and
# appends the package's licence to licenses.txt.
take() {
	package=$1
	shift
	tarball=$(npm pack --silent --pack-destination "$work" "$package")
	tar -xzf "$work/$tarball" -C "$work" package
	for file in "$@"; do
		mv "$work/package/$file" "$work/$(basename "$file")"
	done
	{
		printf '%s\n\n' "$package"
		cat "$work/package/LICENSE"
		printf '\n'
	} >>"$work/licenses.txt"
	rm -r "$work/package" "${work:?}/$tarball"
}

take graphiql@4.1.2 graphiql.min.js graphiql.min.css
take react@18.2.0 umd/react.production.min.js
take react-dom@18.2.0 umd/react-dom.production.min.js
# For the licences alone: GraphiQL's stylesheet holds these fonts.
take roboto-fontface@0.10.0
take @fontsource/fira-code@5.3.0

cd "$work"
sha256sum --check --strict --quiet "$assets/SHA256SUMS"
for file in *; do
	grep -q "  $file\$" "$assets/SHA256SUMS" || { echo "$file has no sum in SHA256SUMS" >&2; exit 1; }
	if [ "${1:-}" = --check ]; then
		gzip -dc "$assets/$file.gz" | cmp - "$file"
	else
		gzip -9 -n -c "$file" >"$assets/$file.gz"
	fi
done
