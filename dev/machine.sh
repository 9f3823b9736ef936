# shellcheck shell=bash disable=SC2034,SC2154  # what its reader takes from it, and gives it
# What `run` and `test` ask of the machine: packages, a build, a PostgreSQL of their own.
# Sourced; needs `root`, the checkout's absolute path. For Debian 12; as root, or with sudo where a
# package is missing.

# ccache is used where it is, and not missed where it is not.
readonly build_packages=(
  cmake git g++ libboost-json1.81-dev libboost-url1.81-dev libboost1.81-dev libcurl4-openssl-dev
  libfmt-dev libhowardhinnant-date-dev libpq-dev libqrencode-dev libspdlog-dev libssl-dev libsystemd-dev
  libxlsxwriter-dev libyaml-cpp-dev ninja-build pkg-config prometheus-cpp-dev tzdata)
readonly run_packages=(curl jq postgresql-15 util-linux)
readonly demo_packages=(prometheus)
readonly test_packages=(
  caddy clang-format-14 clang-tidy-14 libfaketime libgmock-dev libgtest-dev librapidcheck-dev man-db nginx-light opensmtpd prometheus
  prometheus-alertmanager openssl php-cli php-curl python3-jsonschema python3-yaml shellcheck
  systemd zbar-tools)
readonly fuzz_packages=(clang-19 libclang-rt-19-dev)
# A nodejs of another house than Debian brings npm along, and will not stand beside Debian's.
node_packages=(nodejs)
command -v npm >/dev/null || node_packages+=(npm)
readonly node_packages browser_packages=(chromium "${node_packages[@]}")
readonly container_packages=(debhelper debootstrap dpkg-dev lintian systemd-container)
readonly client_packages=("${node_packages[@]}" python3-venv)

say() { printf '%s\n' "$*"; }
# `return` in a function of `set -e` would be lost in a condition; this ends the script.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# --- packages ------------------------------------------------------------------------------------

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

missing_packages() {
  # It fails where it does not know one, and answers for the rest.
  { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true; } |
    awk -v wanted="$*" '$1 ~ /^.i/ { have[$2] = 1 }
      END { n = split(wanted, names, " "); for (i = 1; i <= n; ++i) if (!(names[i] in have)) print names[i] }'
}

# What is installed here must not start as a service: our programs are started by hand, on ports of
# their own. A file by which a killed run said so is taken away by the next.
readonly no_services=/usr/sbin/policy-rc.d
readonly no_services_mark='# tenggat: no service starts while its packages are installed'

# What apt says of itself (APT::Status-Fd) as a line every tenth of the way; the rest goes to the file $1.
apt_progress() {
  awk -v rest="$1" -F: '
    function tell(phase, percent) {
      tenth = int(percent / 10)
      if (phase == last_phase && tenth <= last_tenth) return
      last_phase = phase; last_tenth = tenth
      printf "  %s, %d %%\n", phase, tenth * 10; fflush()
    }
    $1 == "dlstatus" { tell("downloading packages", $3); next }
    $1 == "pmstatus" { tell("unpacking and setting up", $3); next }
    { print >rest }'
}

apt_install() (
  rest=$(mktemp)
  if [[ -e $no_services ]] && ! grep -qxF "$no_services_mark" "$no_services"; then
    trap 'rm -f "$rest"' EXIT  # The machine has a policy of its own.
  else
    trap 'as_root rm -f "$no_services"; rm -f "$rest"' EXIT
    printf '#!/bin/sh\n%s\nexit 101\n' "$no_services_mark" | as_root tee "$no_services" >/dev/null
    as_root chmod 755 "$no_services"
  fi
  say "  reading the lists of packages"
  as_root apt-get update -qq
  set -o pipefail
  # A descriptor of its own, opened behind sudo: apt closes it for maintainer scripts, and some need their output.
  as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get install -q -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 "$@" 3>&1' apt-get "$@" | apt_progress "$rest" || { cat "$rest" && false; }
)

# Installs those of the packages that are missing; touches nothing where none is.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "these packages are missing, and only root can install them: apt-get install ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  apt_install "${missing[@]}" || die "apt-get could not install ${missing[*]}"
}

# unpack PROGRAM DIR PACKAGE…: what cannot be installed beside opensmtpd, below DIR and nowhere else.
unpack() {
  local program=$1 folder=$2 package
  shift 2
  [[ ! -x $folder/$program ]] || return 0
  say "fetching $*"
  mkdir -p "$folder"
  (cd "$folder" && { apt-get download -qq -o APT::Sandbox::User=root "$@" || { as_root apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root "$@"; }; } &&
    for package in ./*.deb; do dpkg-deb -x "$package" .; done) || die "apt-get could not download $*"
}
unpack_smtp_sink() { unpack usr/sbin/smtp-sink "$1" postfix; }
# Run by others than root, and with its library beside it: both are lost where it takes its owner's rights.
unpack_exim() { unpack usr/sbin/exim4 "$1" exim4-daemon-light libidn12 && chmod u-s "$1/usr/sbin/exim4"; }

# --- the build -----------------------------------------------------------------------------------

# One compiler a core, as far as there is memory for it.
build_jobs() {
  local cores gigabytes
  cores=$(nproc)
  gigabytes=$(awk '$1 == "MemAvailable:" { print int($2 / 1048576) }' /proc/meminfo)
  if ((gigabytes < 1)); then gigabytes=1; fi
  echo $((gigabytes < cores ? gigabytes : cores))
}

# How far ninja is, as a line every twentieth of the way; whatever else it says, as it is.
build_progress() {
  awk '
    /^\[[0-9]+\/[0-9]+\] / {
      split(substr($1, 2), n, "[/\\]]")
      if (n[1] == 1 || n[1] == n[2] || int(20 * n[1] / n[2]) > int(20 * (n[1] - 1) / n[2])) {
        printf "  built %d of %d\n", n[1], n[2]; fflush()
      }
      next
    }
    /^ninja: no work to do/ { next }
    { print; fflush() }'
}

# build PRESET [TARGET…]: configures once; ninja sees by itself when that must be done again.
build() {
  local preset=$1 targets=() configure=()
  shift
  if (($# > 0)); then targets=(--target "$@"); fi
  if [[ ! -f $root/build/$preset/build.ninja ]]; then
    # What an office runs is built without what only tests need.
    [[ $preset != release ]] || configure+=(-DTENGGAT_TESTS=OFF)
    say "configuring the $preset build"
    (cd "$root" && cmake --preset "$preset" "${configure[@]}" --log-level=NOTICE)
  fi
  say "building $preset${*:+: $*} (the first time takes minutes)"
  (cd "$root" && cmake --build --preset "$preset" --parallel "$(build_jobs)" "${targets[@]}") | build_progress
}

# --- processes -----------------------------------------------------------------------------------

# start NAME LOG SIGNAL COMMAND…: in a session of its own, so that a Ctrl-C in the terminal reaches us
# alone, and sent SIGNAL by the kernel should we be killed. Its process id goes into the variable NAME.
# Runs as start_as says, in options of setpriv.
start_as=()
start() {
  local -n id=$1
  local log=$2 signal=$3
  shift 3
  (
    cd /
    if [[ -n ${lock:-} ]]; then exec {lock}>&-; fi  # the lock is ours, not theirs
    exec setsid setpriv --pdeathsig "$signal" "${start_as[@]}" "$@"
  ) </dev/null >>"$log" 2>&1 &
  id=$!
}

# stop_process PID SIGNAL SECONDS: signals, waits, kills what does not end. Only what start() started.
stop_process() {
  local id=$1 signal=$2 left=$(($3 * 20))
  [[ -n $id ]] || return 0
  kill -s "$signal" "$id" 2>/dev/null || true
  while kill -0 "$id" 2>/dev/null && ((left-- > 0)); do sleep 0.05; done
  kill -KILL "$id" 2>/dev/null || true
  wait "$id" 2>/dev/null || true
}

# --- PostgreSQL ----------------------------------------------------------------------------------
#
# A cluster in DIR/data that listens on a socket alone and that nobody else can reach. The server
# refuses root: then it runs as the user postgres.

postgres_pid=
postgres_socket=     # the directory
postgres_conninfo=   # for tenggat.yaml
postgres_owner_conninfo=
postgres_short=      # a directory of ours to remove
postgres_as=()       # whom it runs as, in options of setpriv

postgres_programs() {
  local version=
  if [[ -f $1/data/PG_VERSION ]]; then read -r version <"$1/data/PG_VERSION"; fi
  [[ -n $version ]] || version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
  [[ -x /usr/lib/postgresql/$version/bin/postgres ]] || die "there is no PostgreSQL ${version:-} in /usr/lib/postgresql"
  echo "/usr/lib/postgresql/$version/bin"
}

# A socket's whole name has room for 107 bytes, and conninfo for plain ones.
postgres_place_socket() {
  local directory=$1/socket
  if [[ ! $directory =~ ^[A-Za-z0-9/._-]{1,90}$ ]]; then
    postgres_short=$(mktemp -d "${XDG_RUNTIME_DIR:-/tmp}/tenggat-XXXXXX")
    directory=$postgres_short
  fi
  mkdir -p "$directory"
  postgres_socket=$directory
  postgres_conninfo="host=$directory dbname=tenggat user=tenggat_daemon"
  postgres_owner_conninfo="host=$directory dbname=tenggat user=tenggat_owner"
}

postgres_choose_user() {
  postgres_as=()
  ((EUID == 0)) || return 0
  chown postgres: "$1" "$postgres_socket"
  postgres_as=(--reuid=postgres --regid=postgres --init-groups)
  # A checkout below /root: the server alone may pass through.
  if ! setpriv "${postgres_as[@]}" test -x "$1" || ! setpriv "${postgres_as[@]}" test -x "$postgres_socket"; then
    postgres_as+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
  fi
}

# What a killed run left: its server, which is on its way out, or the note of one that is gone.
postgres_end_former() {
  local note=$1/data/postmaster.pid id=
  [[ -f $note ]] || return 0
  read -r id <"$note" || true
  if [[ $id =~ ^[0-9]+$ && $(readlink "/proc/$id/cwd" 2>/dev/null) == "$1/data" ]]; then
    kill -INT "$id" 2>/dev/null || true
    local left=600
    while [[ -d /proc/$id ]] && ((left-- > 0)); do sleep 0.05; done
    [[ ! -d /proc/$id ]] || die "the PostgreSQL of a former run (process $id) does not end"
  else
    rm -f "$note"
  fi
}

# start_postgres DIR [SETTING=VALUE…]: up and holding a database `tenggat` when it returns; data of
# an earlier call stays. Sets the postgres_ variables above.
start_postgres() {
  local directory=$1 programs settings=() setting
  shift
  mkdir -p "$directory"
  chmod 700 "$directory"
  programs=$(postgres_programs "$directory")
  postgres_place_socket "$directory"
  postgres_choose_user "$directory"
  postgres_end_former "$directory"
  if [[ ! -f $directory/data/PG_VERSION ]]; then
    # Under another name until it is whole.
    rm -rf "$directory/data.new"
    (cd / && setpriv --no-new-privs "${postgres_as[@]}" "$programs/initdb" -D "$directory/data.new" -U tenggat --auth=trust \
      --encoding=UTF8 --locale=C --no-sync) >"$directory/log" 2>&1 || die "initdb failed; see $directory/log"
    mv "$directory/data.new" "$directory/data"
  fi
  for setting in listen_addresses= port=5432 "unix_socket_directories=$postgres_socket" \
    unix_socket_permissions=0700 shared_buffers=64MB max_connections=60 "$@"; do
    settings+=(-c "$setting")
  done
  local start_as=("${postgres_as[@]}")
  start postgres_pid "$directory/log" INT "$programs/postgres" -D "$directory/data" "${settings[@]}"
  local left=1200
  until "$programs/pg_isready" -q -h "$postgres_socket" -U tenggat -d postgres; do
    kill -0 "$postgres_pid" 2>/dev/null || die "PostgreSQL ended; see $directory/log"
    ((left-- > 0)) || die "PostgreSQL does not accept connections; see $directory/log"
    sleep 0.05
  done
  if ! "$programs/psql" -qXh "$postgres_socket" -U tenggat -d tenggat -c '' 2>/dev/null; then
    "$programs/createdb" -h "$postgres_socket" -U tenggat tenggat || die "the database could not be created"
  fi
  # tenggat administers the server; the office has an owner and a daemon, as offices should.
  "$programs/psql" -qXh "$postgres_socket" -U tenggat -d tenggat -v owner=tenggat_owner -v daemon=tenggat_daemon \
    -f "$root/systemd/postgres/roles.sql" || die "the roles of the database could not be made"
}

stop_postgres() {
  stop_process "$postgres_pid" INT 30
  postgres_pid=
  if [[ -n $postgres_short ]]; then rm -rf "$postgres_short"; fi
  postgres_short=
}
