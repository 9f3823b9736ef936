#!/usr/bin/env bash
# Makes the Debian package of this tree and names it on the last line.
#   dev/package.sh DIR [VERSION]
# In DIR, which is made; nothing of it in the tree. VERSION stands in for the changelog's, for tests of upgrades.
# TENGGAT_BUILD_DIR=DIR takes the programs from there; else they are compiled, a quarter of an hour on two cores.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=$(realpath -m "${1:?usage: package.sh DIR [VERSION]}")
source=$folder/source
if [[ -n ${TENGGAT_BUILD_DIR:-} ]]; then
  TENGGAT_BUILD_DIR=$(realpath "$TENGGAT_BUILD_DIR")
  export TENGGAT_BUILD_DIR
fi

rm -rf "$source"
mkdir -p "$source"
(cd "$root" && find . \( -path ./build -o -path ./var -o -path ./.git -o -name __pycache__ -o -name node_modules \) -prune -o -type f -print0 |
  tar -c --null --no-recursion -T -) | tar -x -C "$source"
if [[ -n ${2:-} ]]; then
  sed -i "1s/(.*)/($2)/" "$source/debian/changelog"
fi
version=$(dpkg-parsechangelog -l "$source/debian/changelog" -S Version)
# What is missing to build does not matter where nothing is compiled.
(cd "$source" && DEB_BUILD_OPTIONS="noautodbgsym ${DEB_BUILD_OPTIONS:-}" dpkg-buildpackage --build=binary --no-sign ${TENGGAT_BUILD_DIR:+--no-check-builddeps}) \
  >"$folder/log" 2>&1 || {
  tail -n 30 "$folder/log" >&2
  exit 1
}
rm -rf "$source"
echo "$folder/tenggat_${version}_$(dpkg --print-architecture).deb"
