#!/usr/bin/env bash
# Every panel of every dashboard, drawn by Grafana's published components from a running Prometheus and database,
# and judged: render/render.mjs says by what.
#   tests/dashboards/render_test.sh SOURCE_DIR BUILD_DIR [PICTURES_DIR [DASHBOARDS_DIR]]
# RENDER_ONLY: a JSON array of the dashboards' uids, where not all are wanted.
set -euo pipefail
root=$(cd "${1:?usage: render_test.sh SOURCE_DIR BUILD_DIR [PICTURES_DIR [DASHBOARDS_DIR]]}" && pwd -P)
build=$(cd "${2:?}" && pwd -P)
pictures=${3:-$build/tests/dashboards/pictures}
dashboards=${4:-$root/dashboards/grafana}
unset "${!PG@}" TENGGAT_URL TENGGAT_TOKEN TENGGAT_CONFIG
export LC_ALL=C.UTF-8
# shellcheck source=dev/machine.sh
. "$root/dev/machine.sh"
# shellcheck source=tests/support/trial.sh
. "$root/tests/support/trial.sh"
office=$trial/office
programs=$build/daemon
# shellcheck source=dev/office.sh
. "$root/dev/office.sh"
# shellcheck source=dev/demo.sh
. "$root/dev/demo.sh"

# shellcheck disable=SC2317  # called by a trap
stop_all() {
  stop_demo
  stop_daemon
  stop_postgres
  end_trial
}
trap stop_all EXIT

readonly ends=2026-04-16T10:37:00+08:00  # a Thursday
# What has gone wrong by then, beside the week of the demo.
readonly troubles=(
  "2026-04-07T08:10:00+08:00 accept:5m forward:6m recommend:12d"
  "2026-04-07T10:30:00+08:00 accept:7m forward:6m recommend:2d draft:9d"
  "2026-04-08T13:40:00+08:00 accept:6m forward:5m recommend:12d"
  "2026-04-09T14:05:00+08:00 accept:5m forward:4m recommend:11d"
  "2026-04-15T15:40:00+08:00 accept:3d"
  "2026-04-15T09:15:00+08:00 reject:12m"
  "2026-04-09T11:00:00+08:00 accept:5m forward:5m recommend:4d")

# Every story to the end, on a clock that stands still between its instants.
play_to_the_end() {
  local key
  while find_next && key=$REPLY && [[ -n $key && ${due[$key]} < $ends ]]; do
    if [[ ${due[$key]} > $now ]]; then
      now=${due[$key]}
      on_database clock advance "$now" >/dev/null
    fi
    go_on "$key" >/dev/null
  done
  now=$ends
  on_database clock advance "$now" >/dev/null
}

enrol_everybody() {
  local story day time
  for story in "${week[@]}" "${troubles[@]}"; do enrol "${story%% *}" "${story#* }"; done
  for day in 07 08 09 10 13 14 15 16; do
    for time in 07:50 08:35 09:20 10:05 11:10 13:25 14:20 15:10; do
      enrol "2026-04-${day}T$time:00+08:00" "${stories[RANDOM % ${#stories[@]}]}"
    done
  done
}

make_office() {
  RANDOM=20260414
  mkdir -p "$office/messages"
  chmod 711 "$trial" "$office"
  start_postgres "$office/postgres" fsync=off full_page_writes=off synchronous_commit=off
  write_configuration
  on_database db migrate --simulated-clock >/dev/null
  seed_people
  # shellcheck source=/dev/null  # written a moment ago
  . "$office/tokens"
  export TENGGAT_URL=$url TENGGAT_TOKEN=$PORTAL
  local line id role name
  for line in "${officers[@]}"; do
    read -r id role _ name <<<"$line"
    officer_of[$role]=$id
    name_of[$id]=$name
  done
  coproc deadline { exec "$programs/cli/tenggat" deadline --calendar "$root/rules/office/calendar/banjarbaru.yaml"; }
  exec {deadline_out}<&"${deadline[0]}" {deadline_in}>&"${deadline[1]}"
  start_prometheus
  start_daemon --clock "$week_begins@0"
  enrol_everybody
  play_to_the_end
  hold_some
  stop_daemon
  # From here on the office's clock runs as the machine's does.
  start_daemon --clock "$ends@1"
  as_owner -f "$root/tests/dashboards/render/history.sql" >/dev/null
  # The daemon's own first round came before that history, and its next is a quarter of an hour away.
  on_database forecast >"$trial/forecast"
  as_owner -v login=grafana -f "$root/dashboards/postgres/pembaca.sql" >/dev/null
}

as_owner() { psql -qX -v ON_ERROR_STOP=1 -h "$postgres_socket" -U tenggat -d tenggat "$@"; }

# Of the late reviews two are in somebody's hands, and of one its officer says why.
hold_some() {
  local number first=
  for number in $(as_owner -At -c "SELECT nomor FROM laporan.kunjungan WHERE terbuka AND langkah = 'kajian_teknis' ORDER BY batas LIMIT 2"); do
    as dinas_teknis claim "$number" --step kajian_teknis >/dev/null
    [[ -n $first ]] || as dinas_teknis acknowledge "$number" --step kajian_teknis --reason cuaca >/dev/null
    first=$number
  done
}

make_office
expect "the stories are taken" test "$refused" -eq 0
sleep 15  # rates need scrapes, from the restart on
here=$build/tests/dashboards/render
jq -n --arg origin "$url" --arg messages "$office/messages" --arg prometheus "$prometheus_url" --arg host "$postgres_socket" \
  --arg dashboards "$dashboards" --arg here "$here" --arg root "$root" --arg chromium "$(command -v chromium)" \
  --argjson only "${RENDER_ONLY:-null}" --argjson seconds "$((SECONDS > 1500 ? 1500 : SECONDS))" \
  '{chromium: $chromium, origin: $origin, messages: $messages, officer: "yusuf@example.go.id", prometheus: $prometheus,
    reader: {host: $host, database: "tenggat", user: "grafana"}, dashboards: $dashboards, pages: "\($here)/dist",
    icons: "\($here)/node_modules/@grafana/ui/dist/public", expected: "\($root)/tests/dashboards/render/expected.json",
    seconds: $seconds, only: $only}' >"$trial/plan.json"
expect "every panel is as it must be" node "$here/render.mjs" "$trial/plan.json" "$pictures"
if [[ -n ${RENDER_WAIT:-} ]]; then
  cp "$trial/plan.json" "$RENDER_WAIT"
  echo "waiting with $RENDER_WAIT; end with: kill $$"
  while :; do sleep 1; done
fi
finish
