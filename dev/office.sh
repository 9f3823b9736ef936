# shellcheck shell=bash disable=SC2034,SC2154  # what its reader takes from it, and gives it
# An office in a directory of its own: database, configuration, people, daemon. Sourced by `run`
# after machine.sh; needs `root`, `office` (the directory) and `programs` (what was built).
#
#   postgres/  tenggat.yaml  env  tokens  messages/  state/  tenggatd.log  lock

readonly port=${TENGGAT_PORT:-8080}
readonly admin_port=${TENGGAT_ADMIN_PORT:-9464}
readonly url=http://127.0.0.1:$port
readonly admin_url=http://127.0.0.1:$admin_port

# id, role, name, WhatsApp: one officer a role of the SOP.
readonly officers=(
  "siti front_office 0812-5000-1001 Siti Rahmah"
  "budi back_office 0812-5000-1002 Budi Santoso"
  "dewi dinas_teknis 0812-5000-1003 Dewi Lestari"
  "hasan kepala_dinas_teknis 0812-5000-1004 Hasan Basri"
  "rina kabid_perizinan 0812-5000-1005 Rina Wahyuni"
  "fauzi sekretaris 0812-5000-1006 Ahmad Fauzi"
  "nurul kepala_dinas 0812-5000-1007 Nurul Hidayati"
  "yusuf pengawas 0812-5000-1008 Yusuf Maulana")

daemon_pid=

tenggat() { "$programs/cli/tenggat" "$@"; }
on_database() { tenggat "$@" --config "$office/tenggat.yaml"; }

# A daemon whose run was killed is on its way out, and may have the port a moment longer.
require_free_port() {
  local left=20
  while (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    ((left-- > 0)) || die "port $1 is taken; choose another with $2=PORT"
    sleep 0.1
  done
}

# One run at a time in one directory; the kernel lets go of the lock however a run ends.
lock_office() {
  mkdir -p "$office/messages"
  chmod 711 "$office"
  chmod 700 "$office/messages"
  exec {lock}>"$office/lock"
  flock -n "$lock" || die "another ./run is using ${office#"$root"/}"
}

# A text in YAML.
quoted() { jq -n --arg text "$1" '$text'; }

write_configuration() {
  cat >"$office/tenggat.yaml" <<YAML
# Written by ./run at every start.
mode: live
instansi: DPMPTSP Kota Banjarbaru
kalender: banjarbaru
database: $(quoted "$postgres_conninfo")
database_owner: $(quoted "$postgres_owner_conninfo")
listen: 127.0.0.1:$port
admin_listen: 127.0.0.1:$admin_port
rules: $(quoted "$root/rules/office")
state_dir: state
log: {level: info, format: text}
# Each message one file.
email: {url: "file:messages", from: "Perizinan <izin@example.go.id>"}
whatsapp: {provider: meta, url: "file:messages"}
YAML
}

# Adds whom the file of tokens does not know yet, so that a run that was killed is finished by the next.
seed_people() {
  local known line id role phone name token also
  (umask 077 && touch "$office/tokens")
  chmod 600 "$office/tokens"
  [[ $(grep -c = "$office/tokens") -le ${#officers[@]} ]] || return 0
  known=$(on_database officer list --json | jq -r '.[].id')
  for line in "${officers[@]}"; do
    read -r id role phone name <<<"$line"
    grep -q "^${role^^}=" "$office/tokens" && continue
    if ! grep -qxF "$id" <<<"$known"; then
      also=()
      if [[ $role == pengawas ]]; then also=(--role admin); fi  # who runs the system, on the pages
      on_database officer add --id "$id" --role "$role" "${also[@]}" --name "$name" \
        --whatsapp "$phone" --email "$id@example.go.id" >/dev/null
    fi
    token=$(on_database token create --officer "$id" | tail -n 1)
    echo "${role^^}=$token" >>"$office/tokens"
  done
  if ! grep -q '^PORTAL=' "$office/tokens"; then
    token=$(on_database token create --service portal --scope intake,act,read | tail -n 1)
    echo "PORTAL=$token" >>"$office/tokens"
  fi
}

# For another terminal: `. var/office/env`.
write_environment() {
  {
    echo "# For a shell: . ${office#"$root"/}/env"
    printf 'PATH=%q:%q:$PATH\n' "$programs/cli" "$programs"
    printf '. %q\n' "$office/tokens"
    printf 'export TENGGAT_CONFIG=%q TENGGAT_URL=%q TENGGAT_TOKEN=$PORTAL\n' "$office/tenggat.yaml" "$url"
  } >"$office/env"
}

# start_daemon [OPTION…]: ready when it returns.
start_daemon() {
  start daemon_pid "$office/tenggatd.log" TERM "$programs/tenggatd" --config "$office/tenggat.yaml" "$@"
  local left=600
  until curl -fso /dev/null --max-time 2 "$admin_url/readyz"; do
    if ! kill -0 "$daemon_pid" 2>/dev/null; then
      tail -n 5 "$office/tenggatd.log" >&2
      die "tenggatd ended; see ${office#"$root"/}/tenggatd.log"
    fi
    ((left-- > 0)) || die "tenggatd is not ready; see ${office#"$root"/}/tenggatd.log"
    sleep 0.05
  done
}

stop_daemon() {
  stop_process "$daemon_pid" TERM 12
  daemon_pid=
}
