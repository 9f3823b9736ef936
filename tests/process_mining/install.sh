#!/usr/bin/env bash
# install.sh DIRECTORY: what reads our event logs in tests, from PyPI at the versions that are written down here, into the
# build directory's tests/process_mining.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
directory=$1
mkdir -p "$directory"
if ! cmp -s "$here/requirements.txt" "$directory/venv/installed"; then
  rm -rf "$directory/venv"
  python3 -m venv "$directory/venv"
  "$directory/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$directory/venv/installed"
fi
