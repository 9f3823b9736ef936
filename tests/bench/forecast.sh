#!/usr/bin/env bash
# forecast.sh BUILD_DIR: tests/bench/forecast on each log of a real office there is, with a peer from PyPI beside it, which is
# installed into the build directory. The logs are no part of the project: TENGGAT_LOGS names their folder, else it is
# shared/data in a folder above.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
bench=${1:?usage: forecast.sh BUILD_DIR}/tests/bench
peer=$bench/peer

logs=${TENGGAT_LOGS:-}
for ((above = 0; above < 5; ++above)); do
  [[ -z $logs ]] || break
  up=$(printf '../%.0s' $(seq 1 $((above + 1))))
  if [[ -d $here/../../${up}shared/data ]]; then logs=$here/../../${up}shared/data; fi
done
found=()
for log in building-permits.tsv.xz receipt-phase.tsv; do
  if [[ -n $logs && -r $logs/$log ]]; then found+=("$logs/$log"); fi
done
if ((${#found[@]} == 0)); then
  echo 'forecast: skipped, no log of a real office is here (TENGGAT_LOGS)'
  exit 0
fi
if ! cmp -s "$here/forecast_peer.txt" "$peer/installed"; then
  rm -rf "$peer"
  python3 -m venv "$peer"
  "$peer/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/forecast_peer.txt"
  cp "$here/forecast_peer.txt" "$peer/installed"
fi
for log in "${found[@]}"; do
  printf 'forecast: %s\n' "$(basename "$log")"
  "$bench/forecast" "$log" "$peer/bin/python"
done
