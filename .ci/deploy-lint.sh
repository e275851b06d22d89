#!/usr/bin/env bash
# Checks what accountql is deployed with: Dockerfile, compose.yaml and deploy/kubernetes. bash .ci/deploy-lint.sh
# It needs Go, node and npm, and neither Docker nor a cluster. Tools run at these versions, and npm's at those of .ci/deploy.
set -euo pipefail
cd "$(dirname "$0")/.."

compose() { go run github.com/compose-spec/compose-go/v2/cmd@v2.16.2 "$@"; }
kustomize() { go run sigs.k8s.io/kustomize/kustomize/v5@v5.8.1 "$@"; }
# Against the schemas of Kubernetes 1.30, unknown fields included.
validate() { go run sigs.k8s.io/kubectl-validate@v0.0.4 --version 1.30 "$@"; }
score() { go run github.com/zegl/kube-score/cmd/kube-score@v1.20.0 score --kubernetes-version v1.30 "$@"; }

fail() {
	echo "deploy-lint: $*" >&2
	exit 1
}

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp .ci/deploy/package*.json "$directory"
npm ci --silent --prefix "$directory"
bin=$directory/node_modules/.bin

echo '+ Dockerfile'
"$bin/dockerfile-utils" lint Dockerfile

echo '+ compose.yaml'
# The order of keys is the reader's, and an image that is built wants a name.
"$bin/dclint" compose.yaml --max-warnings 0 --config .ci/deploy/dclint.json
cp compose.yaml "$directory"
cp accountql.env.example "$directory/accountql.env"
# Whatever .env.example names has to be missed where there is no .env.
said=$(cd "$directory" && compose compose.yaml 2>&1 >/dev/null) && fail 'compose.yaml does without .env'
for variable in $(sed -n 's/=$//p' .env.example); do
	[[ $said == *"required variable $variable is missing a value"* ]] || fail "compose.yaml does without $variable"
done
(cd "$directory" && compose -no-interpolation compose.yaml >/dev/null)

echo '+ deploy/kubernetes'
cp -r deploy/kubernetes "$directory/kubernetes"
rm -f "$directory/kubernetes/secret.env"
kustomize build "$directory/kubernetes" >/dev/null 2>&1 && fail 'deploy/kubernetes does without secret.env'
cp deploy/kubernetes/secret.env.example "$directory/kubernetes/secret.env"
kustomize build "$directory/kubernetes" >"$directory/manifests.yaml"
validate "$directory/manifests.yaml"
# A version's image never changes, so it needn't be pulled again; replicas are spread by constraints, not by affinity.
score "$directory/manifests.yaml" --exit-one-on-warning \
	--enable-optional-test container-seccomp-profile,container-ports-check \
	--ignore-test container-image-pull-policy,deployment-has-host-podantiaffinity
