#!/usr/bin/env bash
# Builds what is released into dist/: the program for each platform, what it is made of (CycloneDX), and checksums.
# bash .ci/release.sh [PLATFORM...]. A tag that is checked out gives the version, and the same sources give the same bytes,
# wherever they are.
set -euo pipefail
cd "$(dirname "$0")/.."

platforms=("$@")
if ((! ${#platforms[@]})); then
	platforms=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64)
fi
version=${VERSION:-$(git describe --tags --always --dirty)}

rm -rf dist
mkdir dist
for platform in "${platforms[@]}"; do
	os=${platform%/*} arch=${platform#*/} suffix=''
	[[ $os == windows ]] && suffix=.exe
	echo "accountql $version for $platform"
	# What the repository adds of itself depends on how it was cloned.
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOFLAGS='' go build -trimpath -buildvcs=false \
		-ldflags "-s -w -X main.version=$version" -o "dist/accountql-$os-$arch$suffix" .
done
go run ./sbom "$version" dist/accountql-* >dist/accountql.cdx.json
cd dist
sha256sum -- * >SHA256SUMS
cat SHA256SUMS
