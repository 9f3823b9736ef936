# shellcheck shell=bash disable=SC2034,SC2154  # what its reader takes from it, and gives it
# A Debian of a test's own, booted by systemd-nspawn. Sourced by tests here, which give `kept` (where the Debian stays
# between runs), `work` (a tmpfs of theirs) and `packages`.
#   as_own_machine "$@"   first of all: processes and mounts of our own, which end with this one, however it ends

faults=0
fault() {
  echo "FAULT $*"
  faults=$((faults + 1))
}

as_own_machine() {
  ((EUID == 0)) || { echo "a booted container is for root" >&2; exit 1; }
  exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" "$@" inside
}

make_debian() {
  local root=$kept/debian mirror
  [[ $(cat "$kept/packages" 2>/dev/null || true) != "${packages[*]}" ]] || return 0
  # Where this machine's own packages come from.
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
  rm -rf "$kept"
  mkdir -p "$kept"
  echo "making a Debian of $mirror"
  debootstrap --variant=minbase --include="$(IFS=, && echo "${packages[*]}")" bookworm "$root" "$mirror" >"$work/debootstrap" 2>&1 || {
    tail -n 20 "$work/debootstrap"
    exit 1
  }
  rm -f "$root"/var/cache/apt/archives/*.deb
  echo "${packages[*]}" >"$kept/packages"
}

# What a run changes lies above the Debian, and goes with the run: `root`.
lay_debian() {
  make_debian
  mkdir "$work"/{upper,between,root}
  mount -t overlay overlay -o "lowerdir=$kept/debian,upperdir=$work/upper,workdir=$work/between" "$work/root"
  root=$work/root
}

boot() {
  systemd-nspawn --quiet --directory="$root" --machine="tenggat-test-$$" --register=no --keep-unit --private-network --console=pipe \
    --boot </dev/null >>"$work/console" 2>&1 &
  nspawn=$!
  leader=
  local i
  for ((i = 0; i < 600; ++i)); do
    leader=$(pgrep -x -P "$nspawn" systemd || true)
    [[ -z $leader ]] || break
    sleep 0.1
  done
  within 60 inside systemctl is-active dbus.service || { cat "$work/console"; exit 1; }
}

power_off() {
  local i
  inside systemctl poweroff --no-block || true
  for ((i = 0; i < 600; ++i)); do
    kill -0 "$nspawn" 2>/dev/null || return 0
    sleep 0.1
  done
  fault "it does not power off"
}

inside() { nsenter --target "$leader" --mount --uts --ipc --net --pid --root env -i -C / PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 "$@"; }
# within SECONDS COMMAND…: until it succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
property() { inside systemctl show --value -p "$1" tenggatd; }
has_status() { [[ $(property StatusText) == "$1"* ]]; }
journal() { inside journalctl -q -u tenggatd -o cat "$@"; }
metric() { inside curl -s http://127.0.0.1:9464/metrics | sed -n "s/^$1 //p"; }
change() { inside sed -i "$1" /etc/tenggat/tenggat.yaml; }
psql() { inside runuser -u postgres -- psql -qAtX -v ON_ERROR_STOP=1 "$@"; }
