# shellcheck shell=bash disable=SC2154  # what its reader gives it
# `./run demo`: a week that has been, then an office at work 600 times as fast. Sourced by `run` after
# office.sh.
#
# The week (Tuesday to Monday) is played on a clock that stands still between its instants, `tenggat
# clock advance`: so that on Tuesday morning there are cases at half their time, at four fifths, at
# their end and past it. From then on the clock runs by itself. Every application follows a story, a
# list of actions with the working time each takes; `tenggat deadline` says when that is. Equal runs
# choose equally: the choices come from a seeded generator.

readonly demo_seconds=${DEMO_SECONDS:-0}
readonly prometheus_port=${PROMETHEUS_PORT:-9090}
readonly prometheus_url=http://127.0.0.1:$prometheus_port
readonly speed=600
readonly week_begins=2026-04-07T07:25:00+08:00
readonly live_begins=2026-04-14T07:20:00+08:00

# ACTION:WORKING_TIME, before the action; _ for a space.
readonly week=(
  "2026-04-07T07:35:00+08:00 accept:4m forward:5m recommend:1d_3h draft:7m kabid:4m sekretaris:4m sign:4m receive:1h"
  "2026-04-07T07:50:00+08:00 accept:6m forward:7m recommend:4d_3h draft:8m kabid:4m sekretaris:4m sign:4m receive:1h"
  "2026-04-07T09:00:00+08:00 reject:6m mend:1d accept:5m forward:6m recommend:2d draft:5m kabid:4m sekretaris:4m sign:4m receive:3h"
  "2026-04-08T07:35:00+08:00 accept:5m forward:6m recommend:4d_1h draft:20m kabid:9m sekretaris:4m sign:4m receive:1h"
  "2026-04-09T10:20:00+08:00 accept:1h_30m forward:6m recommend:4d_6h"
  "2026-04-10T08:40:00+08:00 accept:5m forward:6m recommend:9d"
  "2026-04-10T13:20:00+08:00 accept:5m forward:6m oppose:3h draft:6m kabid:3m sekretaris:3m refuse:4m"
  "2026-04-13T09:00:00+08:00 accept:5m forward:6m ask:2h answer:6h recommend:1h draft:6m kabid:3m sekretaris:3m sign:3m"
)
readonly stories=(
  "accept:4m forward:4m recommend:50m draft:5m kabid:3m sekretaris:3m sign:3m receive:20m"
  "reject:6m mend:45m accept:5m forward:5m recommend:1h draft:6m kabid:2m sekretaris:2m sign:2m receive:15m"
  "accept:1h_25m forward:5m recommend:1h draft:6m kabid:3m sekretaris:3m sign:3m receive:20m"
  "accept:5m forward:5m recommend:40m draft:5m kabid:3m sekretaris_return:3m draft:6m kabid:2m sekretaris:2m sign:2m receive:20m"
  "accept:5m forward:4m oppose:1h draft:5m kabid:3m sekretaris:3m refuse:3m"
  "accept:4m forward:6m recommend:45m draft:1h_35m kabid:3m sekretaris:3m sign:3m receive:20m"
  "claim:3m accept:4m forward:3m pause:20m resume:1h recommend:20m draft:5m kabid:3m sekretaris:3m sign:3m receive:30m"
  "accept:5m forward:5m ask:15m answer:40m recommend:30m draft:5m kabid:3m sekretaris:3m sign:3m receive:20m"
  "accept:6m forward:7m recommend:3d draft:5m kabid:3m sekretaris:3m sign:3m receive:20m"
)
readonly schools=("TK Harapan Bunda" "KB Melati" "TK Pelita Hati" "PAUD Mawar" "TK Al-Hidayah" "KB Ceria"
  "TPA Kasih Ibu" "TK Tunas Bangsa" "PAUD Anggrek" "TK Nurul Iman" "KB Pelangi" "TK Kartika")
readonly applicants=("Aisyah" "Muhammad Ridwan" "Norhayati" "Slamet Riyadi" "Maria Ulfah" "Abdul Hakim"
  "Fitriani" "Gusti Rahman" "Rusmini" "Hendra Wijaya" "Lina Marlina" "Syamsudin")

prometheus_pid=
deadline_in='' deadline_out=''
declare -A officer_of=() name_of=()    # by role; by officer
declare -A due=() rest=() number_of=()  # by application: when its story goes on, the story, its number
declare -A shown=()                     # message files
applications=0
refused=0
now=$week_begins  # on the office's clock
live=             # set once the clock runs by itself
live_epoch='' live_micros=''

stop_demo() {
  stop_process "$prometheus_pid" TERM 10
  prometheus_pid=
}

# --- the clock -----------------------------------------------------------------------------------

# Seconds since 1970 of an instant as `tenggat` writes it for WITA, without starting a program.
epoch_of() {
  local -i y=10#${1:0:4} m=10#${1:5:2} d=10#${1:8:2} era day
  y+=$((m <= 2 ? -1 : 0))
  era=$((y / 400))
  day=$(((153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1))
  day=$((era * 146097 + (y % 400) * 365 + y % 400 / 4 - y % 400 / 100 + day - 719468))
  REPLY=$((day * 86400 + 10#${1:11:2} * 3600 + 10#${1:14:2} * 60 + 10#${1:17:2} - 8 * 3600))
}

instant_of() { TZ=WITA-8 printf -v REPLY '%(%Y-%m-%dT%H:%M:%S+08:00)T' "$1"; }

read_clock() {
  [[ -n $live ]] || return 0
  local micros=${EPOCHREALTIME/[.,]/}
  instant_of $((live_epoch + (micros - live_micros) * speed / 1000000))
  now=$REPLY
}

# The instant after WORKING_TIME from START.
after() {
  printf '%s %s\n' "$1" "${2//_/ }" >&"$deadline_in"
  read -r REPLY <&"$deadline_out"
}

# --- what the viewer sees ------------------------------------------------------------------------

line() {
  local when
  epoch_of "$1"
  TZ=WITA-8 printf -v when '%(%a %d %b %H:%M)T' "$REPLY"
  shift
  printf '%s  %s\n' "$when" "$*"
}

# Every message that was written since the last call, one line each.
show_messages() {
  local file base to channel text field value body
  for file in "$office"/messages/*.txt; do
    [[ -e $file && -z ${shown[$file]:-} ]] || continue
    shown[$file]=1
    to='' channel='' text=''
    {
      while IFS=': ' read -r field value && [[ -n $field ]]; do
        case $field in
          To) to=${value% <*} ;;
          Channel) channel=$value ;;
          Text) text=$value ;;
        esac
      done
      IFS= read -r body || true
    } <"$file"
    base=${file##*/}
    instant_of "$(($(date -u +%s -d "${base:0:8} ${base:9:2}:${base:11:2}:${base:13:2}")))"
    line "$REPLY" "$(printf '  %-9s to %-16s %-20s %.90s' "$channel" "$to" "$text" "$body")"
  done
}

# --- what the people do --------------------------------------------------------------------------

# as ROLE COMMAND…: officers work in the portal, which names them; the head comes in person, since the SOP wants it so
# (`hadir_sendiri`), with a token of their own.
as() {
  local role=$1 token=$TENGGAT_TOKEN behalf=()
  shift
  case $role in
    pemohon) ;;
    kepala_dinas) token=$KEPALA_DINAS ;;
    *) behalf=(--on-behalf-of "${officer_of[$role]}") ;;
  esac
  TENGGAT_TOKEN=$token tenggat permit "$@" "${behalf[@]}" --json
}
# act NUMBER ROLE STEP ACTION [OPTION…]
act() { as "$2" act "$1" "$4" --step "$3" "${@:5}"; }
file() { printf -- '--document=%s=https://example.go.id/berkas/%s/%s.pdf' "$2" "$1" "$2"; }

# take NUMBER ACTION: an action of a story; the API's answer on standard output.
take() {
  local n=$1
  case $2 in
    claim) as front_office claim "$n" --step verifikasi ;;
    accept) act "$n" front_office verifikasi accept ;;
    reject) act "$n" front_office verifikasi reject --deficiency "persyaratan_izin_paud=Akta pendirian belum dilegalisasi" ;;
    mend) act "$n" pemohon pengajuan submit "$(file "$n-perbaikan" persyaratan_izin_paud)" ;;
    forward) act "$n" back_office penerimaan forward ;;
    pause) as dinas_teknis pause "$n" --step kajian_teknis --reason kunjungan_lapangan ;;
    ask) as dinas_teknis pause "$n" --step kajian_teknis --reason klarifikasi_pemohon --note "Mohon denah ruang kelas" ;;
    resume) as dinas_teknis resume "$n" --step kajian_teknis ;;
    answer) as pemohon resume "$n" --step kajian_teknis ;;
    recommend) act "$n" dinas_teknis kajian_teknis recommend "$(file "$n" bapl)" "$(file "$n" rekomendasi)" ;;
    oppose) act "$n" dinas_teknis kajian_teknis not_recommend --note "Ruang belajar belum memenuhi syarat" "$(file "$n" bapl)" "$(file "$n" rekomendasi)" ;;
    draft) act "$n" back_office penyusunan_sk draft "$(file "$n" draft_sk)" ;;
    kabid) act "$n" kabid_perizinan persetujuan_kabid approve ;;
    sekretaris) act "$n" sekretaris persetujuan_sekretaris approve ;;
    sekretaris_return) act "$n" sekretaris persetujuan_sekretaris return --note "Nama lembaga belum sesuai akta" ;;
    sign) act "$n" kepala_dinas penandatanganan sign "$(file "$n" surat_keputusan),number=503/${n##*-}/DPMPTSP/2026" ;;
    refuse) act "$n" kepala_dinas penandatanganan refuse "$(file "$n" surat_penolakan)" ;;
    receive) act "$n" pemohon penerimaan_sk receive ;;
    *) die "a story has an unknown action $2" ;;
  esac
}

# role_and_verb ACTION: who takes it, and how the SOP calls it.
role_and_verb() {
  case $1 in
    claim | accept | reject) role=front_office verb=$1 ;;
    forward | draft) role=back_office verb=$1 ;;
    pause | resume | recommend) role=dinas_teknis verb=$1 ;;
    ask) role=dinas_teknis verb=pause ;;
    oppose) role=dinas_teknis verb=not_recommend ;;
    kabid) role=kabid_perizinan verb=approve ;;
    sekretaris) role=sekretaris verb=approve ;;
    sekretaris_return) role=sekretaris verb=return ;;
    sign | refuse) role=kepala_dinas verb=$1 ;;
    mend) role='' verb=submit ;;
    answer) role='' verb=resume ;;
    *) role='' verb=$1 ;;
  esac
}

submit() {
  local who=${applicants[RANDOM % ${#applicants[@]}]} subject=${schools[RANDOM % ${#schools[@]}]}
  local contact=(--email "pemohon$1@example.id")
  if (($1 % 4 > 0)); then contact+=(--whatsapp "0813-5100-$((1000 + $1))"); fi
  tenggat permit submit --sop paud --name "$who" --subject "$subject" "${contact[@]}" --external-id "demo-$1" \
    "--document=persyaratan_izin_paud=https://example.go.id/berkas/$1/persyaratan.pdf" --json
}

# enrol INSTANT STORY: an application that will be handed in then.
enrol() {
  applications=$((applications + 1))
  due[$applications]=$1
  rest[$applications]="submit:0 $2"
}

# The application whose story goes on first.
find_next() {
  local key
  REPLY=
  for key in "${!due[@]}"; do
    if [[ -z $REPLY || ${due[$key]} < ${due[$REPLY]} ]]; then REPLY=$key; fi
  done
}

# go_on APPLICATION: takes the action that is due and says when the next is.
go_on() {
  local key=$1 action answer number state step due_at left by role verb
  action=${rest[$key]%%:*}
  if [[ $action == submit ]]; then
    answer=$(submit "$key" 2>&1) || answer="refused: $answer"
  else
    answer=$(take "${number_of[$key]}" "$action" 2>&1) || answer="refused: $answer"
  fi
  read_clock
  if [[ $answer == "refused: "* ]]; then
    refused=$((refused + 1))
    line "$now" "${number_of[$key]:-application $key}  $action  ${answer//$'\n'/ }"
    unset "due[$key]" "rest[$key]"
    return 0
  fi
  IFS=$'\t' read -r number state step due_at < <(
    jq -r '[.number, .state, .step // "-", .sla.due_at // "-"] | @tsv' <<<"$answer")
  number_of[$key]=$number
  role_and_verb "$action"
  by=
  if [[ -n $role ]]; then by=" by ${name_of[${officer_of[$role]}]}"; fi
  case $state-$due_at in
    active--) line "$now" "$number  $verb$by -> $step" ;;
    active-*) line "$now" "$number  $verb$by -> $step, due ${due_at:5:5} ${due_at:11:5}" ;;
    *) line "$now" "$number  $verb$by -> ${state^^}" ;;
  esac
  left=${rest[$key]#* }
  if [[ $left == "${rest[$key]}" ]]; then
    unset "due[$key]" "rest[$key]"
    return 0
  fi
  rest[$key]=$left
  left=${left%% *}
  after "$now" "${left#*:}"
  due[$key]=$REPLY
}

# --- the run -------------------------------------------------------------------------------------

play_week() {
  local story
  for story in "${week[@]}"; do enrol "${story%% *}" "${story#* }"; done
  while find_next && [[ ${due[$REPLY]} < $live_begins ]]; do
    local key=$REPLY
    if [[ ${due[$key]} > $now ]]; then
      now=${due[$key]}
      on_database clock advance "$now" >/dev/null || die "the clock could not be advanced to $now"
      show_messages
    fi
    go_on "$key"
  done
  now=$live_begins
  on_database clock advance "$now" >/dev/null || die "the clock could not be advanced to $now"
  show_messages
}

# Applicants write in the evening too, not at night.
next_arrival() {
  epoch_of "$now"
  local seconds=$((REPLY + 60 * (10 + RANDOM % 14)))
  instant_of "$seconds"
  if [[ ${REPLY:11:5} > 16:30 ]]; then instant_of $((seconds + 40 * 60)); fi
  if [[ ${REPLY:11:5} > 21:00 || ${REPLY:11:5} < 06:30 ]]; then instant_of $((seconds + 9 * 3600)); fi
}

over() { ((demo_seconds > 0 && SECONDS - began >= demo_seconds)); }

# Until its end is asked for. What cannot be done at once is done as soon as it can be.
play_live() {
  local key arrival=$live_begins few=150
  until over; do
    show_messages
    kill -0 "$daemon_pid" 2>/dev/null || die "tenggatd ended; see ${office#"$root"/}/tenggatd.log"
    read_clock
    if [[ ! $arrival > $now ]] && ((${#due[@]} < few)); then
      enrol "$now" "${stories[RANDOM % ${#stories[@]}]}"
      next_arrival
      arrival=$REPLY
    fi
    find_next
    key=$REPLY
    if [[ -n $key && ! ${due[$key]} > $now ]]; then
      go_on "$key"
    else
      sleep 0.1
    fi
  done
}

start_prometheus() {
  cat >"$office/prometheus.yml" <<YAML
global: {scrape_interval: 1s, evaluation_interval: 5s}
rule_files: [$(quoted "$root/dashboards/prometheus/tenggat.rules.yml")]
scrape_configs:
  - job_name: tenggat
    static_configs:
      - targets: ["127.0.0.1:$admin_port"]
        labels: {office: banjarbaru}
YAML
  start prometheus_pid "$office/prometheus.log" TERM "$(command -v prometheus)" --log.level=warn \
    --config.file="$office/prometheus.yml" --storage.tsdb.path="$office/prometheus" \
    --web.listen-address="127.0.0.1:$prometheus_port"
}

print_where() {
  cat <<TEXT

The office runs 600 times as fast, from Tuesday 14 April 2026, 07:20: a working day takes 51 seconds.
  API         $url/api/v1                        . ${office#"$root"/}/env; tenggat permit list
  metrics     $admin_url/metrics
  Prometheus  $prometheus_url
  Grafana     import dashboards/grafana/*.json, with this Prometheus and this database as datasources
  messages    ${office#"$root"/}/messages
Ctrl-C stops all of it.

TEXT
}

metric() {
  awk -v name="tenggat_$1" -v with="${2:-}" \
    'index($1, name "{") == 1 && index($1, with) { sum += $2 } END { print sum + 0 }' <<<"$metrics"
}

# What was seen, from /metrics, the database and Prometheus; 1 where something that must be seen was
# not.
print_summary() {
  local metrics up absent=()
  sleep 2.5  # the figures of /metrics are two seconds old at most
  show_messages
  metrics=$(curl -fsS "$admin_url/metrics")
  up=$(curl -fsS --data-urlencode 'query=max_over_time(tenggat_permits_submitted_total[1h])' \
    "$prometheus_url/api/v1/query" | jq -r '.data.result[0].value[1] // "nothing"')
  local -A seen=(
    [submitted]=$(metric permits_submitted_total)
    [issued]=$(metric permits_closed_total 'outcome="issued"')
    [rejected]=$(metric permits_closed_total 'outcome="rejected"')
    [returned]=$(metric step_returns_total)
    [breaches]=$(metric step_sla_missed_total)
    [escalations]=$(metric escalations_total))
  echo
  printf '%-30s %s\n' "applications" "${seen[submitted]}" "issued" "${seen[issued]}" \
    "refused by the head" "${seen[rejected]}" "returned to an earlier step" "${seen[returned]}" \
    "steps past their due" "${seen[breaches]}" "  open now" "$(metric steps_open 'sla="overdue"')" \
    "escalations" "${seen[escalations]}" "commands refused" "$refused" \
    "applications in Prometheus" "$up"
  printf '\nmessages, by text\n'
  on_database message list --limit 10000 --json >"$office/messages.json"
  jq -r 'group_by(.text)[] | "\(length) \(.[0].text)"' "$office/messages.json" | sort -rn |
    while read -r count text; do printf '  %-26s %s\n' "$text" "$count"; done
  local what
  for what in submitted issued returned breaches escalations; do
    ((seen[$what] > 0)) || absent+=("$what")
  done
  for what in tugas_baru pengingat terlambat eskalasi dikembalikan terbit; do
    jq -e --arg text "$what" 'any(.text == $text)' "$office/messages.json" >/dev/null || absent+=("message $what")
  done
  [[ $up =~ ^[1-9] ]] || absent+=(Prometheus)
  ((refused == 0)) || absent+=("a run without refused commands")
  if ((${#absent[@]} > 0)); then
    printf '\nnot seen:'
    printf ' %s;' "${absent[@]}"
    echo
    return 1
  fi
}

run_demo() {
  local line id role name began=$SECONDS
  RANDOM=20260414
  require_free_port "$prometheus_port" PROMETHEUS_PORT
  # All but the lock, which is held.
  find "$office" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
  mkdir -p "$office/messages"
  start_postgres "$office/postgres" fsync=off full_page_writes=off synchronous_commit=off
  write_configuration
  on_database db migrate --simulated-clock >/dev/null
  seed_people
  write_environment
  # shellcheck source=/dev/null  # written a moment ago
  . "$office/tokens"
  export TENGGAT_URL=$url TENGGAT_TOKEN=$PORTAL
  for line in "${officers[@]}"; do
    read -r id role _ name <<<"$line"
    officer_of[$role]=$id
    name_of[$id]=$name
  done
  coproc deadline { exec "$programs/cli/tenggat" deadline --calendar "$root/rules/office/calendar/banjarbaru.yaml"; }
  exec {deadline_out}<&"${deadline[0]}" {deadline_in}>&"${deadline[1]}"
  start_prometheus
  say "The week before, as it was:"
  start_daemon --clock "$week_begins@0"
  play_week
  stop_daemon
  start_daemon --clock "$live_begins@$speed"
  read -r now _ < <(on_database clock show)
  live_micros=${EPOCHREALTIME/[.,]/}
  epoch_of "$now"
  live_epoch=$REPLY
  live=1
  print_where
  play_live
  local status=0
  print_summary || status=1
  stop_all
  exit "$status"
}
