#!/usr/bin/env bash
# Builds what is released into dist/: the program for each platform, what it is made of (CycloneDX), and checksums.
# bash .ci/release.sh [PLATFORM...]. A tag that is checked out gives the version. The same commit gives the same bytes by
# the same Go, wherever it is: .ci/release-check.sh tries it.
set -euo pipefail
cd "$(dirname "$0")/.."

platforms=("$@")
if ((! ${#platforms[@]})); then
	platforms=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64)
fi
version=$(git describe --tags --always --dirty)
commit=$(git rev-parse HEAD)

rm -rf dist
mkdir dist
for platform in "${platforms[@]}"; do
	os=${platform%/*} arch=${platform#*/} suffix=''
	[[ $os == windows ]] && suffix=.exe
	echo "accountql $version for $platform"
	# What Go adds of the repository by itself depends on which tags the clone has, and what the environment says of
	# processors must not count.
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOAMD64=v1 GOARM64=v8.0 GOEXPERIMENT='' GOFLAGS='' \
		go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version -X main.commit=$commit" \
		-o "dist/accountql-$os-$arch$suffix" .
done
go run ./sbom "$version" dist/accountql-* >dist/accountql.cdx.json
cd dist
sha256sum -- * >SHA256SUMS
cat SHA256SUMS
