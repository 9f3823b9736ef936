# shellcheck shell=bash disable=SC2034,SC2154  # what its reader takes from it, and gives it
# A trial of `./run` in a directory and on ports of its own. Sourced after machine.sh.

trial=$(mktemp -d)
chmod 755 "$trial"
export TENGGAT_VAR=$trial/var
run_pid=
faults=0

# free_port FROM TO
free_port() {
  local port
  while port=$(shuf -i "$1-$2" -n 1) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
TENGGAT_PORT=$(free_port 20000 23999)
TENGGAT_ADMIN_PORT=$(free_port 24000 27999)
PROMETHEUS_PORT=$(free_port 28000 31999)
export TENGGAT_PORT TENGGAT_ADMIN_PORT PROMETHEUS_PORT

expect() {
  local what=$1
  shift
  if "$@"; then return 0; fi
  say "FAULT not so: $what" >&2
  faults=$((faults + 1))
}
expect_failure() {
  local what=$1
  shift
  if ! "$@" >/dev/null 2>&1; then return 0; fi
  say "FAULT not so: $what" >&2
  faults=$((faults + 1))
}

# start_run MODE: "" or demo; its output goes to $trial/output.
start_run() {
  : >"$trial/output"  # here and now: the job opens it when it gets round to it
  "$root/run" ${1:+"$1"} >"$trial/output" 2>&1 &
  run_pid=$!
}

# until_output SECONDS TEXT
until_output() {
  local left=$(($1 * 10))
  until grep -qF "$2" "$trial/output"; do
    if ! kill -0 "$run_pid" 2>/dev/null || ((left-- == 0)); then
      cat "$trial/output" >&2
      die "./run did not say '$2' within $1 s"
    fi
    sleep 0.1
  done
}
until_up() { until_output "$1" "Ctrl-C stops all of it"; }

# What a Ctrl-C does; a shell without a terminal starts its jobs with SIGINT ignored.
stop_run() {
  kill -TERM "$run_pid"
  wait "$run_pid"
}

end_trial() {
  if [[ -n $run_pid ]] && kill -0 "$run_pid" 2>/dev/null; then stop_run || true; fi
  rm -rf "$trial"
}
trap end_trial EXIT

finish() {
  say "$(basename "$0"): $faults faults"
  ((faults == 0))
}
