#!/usr/bin/env bash
# `./run` from outside: what docs/tour.md tells a reader to type works, a killed run is taken up by the
# next, which is up within 10 s and has the data, and nothing outlives a run.
#   tests/run_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
root=$(cd "${1:?usage: run_test.sh SOURCE_DIR BUILD_DIR}" && pwd -P)
export TENGGAT_BUILD_DIR=${2:?usage: run_test.sh SOURCE_DIR BUILD_DIR}
# shellcheck source=dev/machine.sh
. "$root/dev/machine.sh"
# shellcheck source=tests/support/trial.sh
. "$root/tests/support/trial.sh"

# The block of docs/tour.md that begins by reading the environment, and what ./run prints.
typed_on_tour() { sed -n '/^\. var\/office\/env$/,/^```$/p' "$root/docs/tour.md" | grep -v '^```$'; }
printed() { sed -n '/^  \. .*\/env$/,/^  tenggat message list$/p' "$trial/output" | sed 's/^  //'; }

start_run ""
until_up 60
expect "./run prints what the tour says" test \
  "$(typed_on_tour | tail -n +2)" = "$(printed | tail -n +2)"

# Typed, in a shell of its own.
{
  typed_on_tour | sed "s|^\. var/office/env$|. $TENGGAT_VAR/office/env|"
  echo "echo \"\$number\" >$trial/number"
} >"$trial/typed"
expect "what the tour says can be typed" bash -euc ". $trial/typed" >"$trial/answers"
number=$(<"$trial/number")
expect "Back Office has the task" grep -qE "^$number +active +penerimaan" "$trial/answers"

expect_failure "a second ./run is refused" "$root/run"

# Killed, it cannot say good-bye: the kernel ends what it started.
kill -KILL "$run_pid"
wait "$run_pid" 2>/dev/null || true
start_run ""
until_up 10
expect "the data is kept" bash -euc ". $TENGGAT_VAR/office/env; tenggat permit show $number" >/dev/null
expect "the tokens are ours alone" test "$(stat -c %a "$TENGGAT_VAR/office/tokens")" = 600

expect "asked to stop, it ends well" stop_run
expect_failure "the API is gone" curl -so /dev/null "http://127.0.0.1:$TENGGAT_PORT/"
expect_failure "PostgreSQL is gone" test -e "$TENGGAT_VAR/office/postgres/data/postmaster.pid"
finish
