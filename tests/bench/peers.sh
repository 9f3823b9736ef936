#!/usr/bin/env bash
# Makes River's and Flowable's programs, each where Go or Maven is there, and runs `peers` with them.
#   tests/bench/peers.sh BUILD_DIR
set -euo pipefail
build=$(realpath "${1:?usage: peers.sh BUILD_DIR}")
cd "$(dirname "${BASH_SOURCE[0]}")/peers"
river='' flowable=''
if command -v go >/dev/null; then
  (cd river && go build -o "$build/peers/river" .) && river=$build/peers/river
else
  echo "River is left out: there is no Go"
fi
if command -v mvn >/dev/null; then
  mvn --quiet --batch-mode -f flowable -Dpeers.directory="$build/peers/flowable" compile dependency:copy-dependencies &&
    flowable=$build/peers/flowable
else
  echo "Flowable is left out: there is no Maven"
fi
[[ -n $river$flowable ]] || exit 0
"$build/tests/bench/peers" "$river" "$flowable"
