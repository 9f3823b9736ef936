#!/usr/bin/env bash
# The core under the checks of .clang-tidy.
#   tests/clang_tidy_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
usage="usage: clang_tidy_test.sh SOURCE_DIR BUILD_DIR"
source=${1:?$usage}
build=${2:?$usage}
cd "$source"
[[ -f $build/compile_commands.json ]] || { echo "no compile_commands.json in $build"; exit 1; }
find rules -name '*.cpp' -print0 | xargs -0 -P 2 -n 3 clang-tidy-14 -p "$build" --quiet
