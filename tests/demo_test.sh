#!/usr/bin/env bash
# `./run demo` shows what it promises, and every panel of the dashboards has something to show.
#   tests/demo_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
root=$(cd "${1:?usage: demo_test.sh SOURCE_DIR BUILD_DIR}" && pwd -P)
export TENGGAT_BUILD_DIR=${2:?usage: demo_test.sh SOURCE_DIR BUILD_DIR} DEMO_SECONDS=90
# shellcheck source=dev/machine.sh
. "$root/dev/machine.sh"
# shellcheck source=tests/support/trial.sh
. "$root/tests/support/trial.sh"

start_run demo
until_output 80 "The office runs 600 times as fast"
# Rates need a minute of scrapes, from the week before on; the summary comes at 90 s.
until_output 60 "Tue 14 Apr 12:"
expect "every panel of Prometheus's has something to show" env CHECK_RANGE=1m "$root/dashboards/check.py" "http://127.0.0.1:$PROMETHEUS_PORT"
# Its own verdict: an exit status, and a table that names what was not seen.
expect "the demo has shown what it promises" wait "$run_pid"
sed -n '/^applications /,$p' "$trial/output"
finish
