#!/usr/bin/env bash
# The pictures that README.md shows, made anew: the board and a tracking page by the browser's test, the overview by the
# dashboards' one, from what was built. `./test full browser` brings along what they need.
#   dev/pictures.sh [BUILD_DIR]      default: build/dev; into docs/pictures
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$(cd "${1:-$root/build/dev}" && pwd -P)
readonly largest=200000  # bytes of one: whoever reads README.md may be on a telephone
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 711 "$work"

TENGGAT_PICTURES=$work "$build/tests/browser/browser_test" --gtest_filter='InChromium.TheBoardAndATrackingPage*'
RENDER_ONLY='["tenggat-ikhtisar"]' "$root/tests/dashboards/render_test.sh" "$root" "$build" "$work"

mkdir -p "$root/docs/pictures"
faults=0
while read -r from to; do
  bytes=$(stat -c %s "$work/$from")
  if ((bytes > largest)); then
    echo "$to: $bytes bytes, more than $largest" >&2
    faults=1
  fi
  cp "$work/$from" "$root/docs/pictures/$to"
  echo "docs/pictures/$to: $bytes bytes"
done <<'PICTURES'
readme-papan-1280-light.png papan.png
readme-lacak-360-light.png lacak.png
readme-ikhtisar.png ikhtisar.png
PICTURES
echo 'Look at each before you commit it.'
exit "$faults"
