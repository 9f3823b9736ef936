#!/usr/bin/env bash
# The daemon as an office runs it: the shipped unit, a credential and TLS under a booted systemd, in a container of this
# test's own. As root; needs debootstrap and systemd-container.
#   tests/systemd/booted_test.sh SOURCE_DIR PROGRAMS_DIR ROOT_DIR
# PROGRAMS_DIR holds tenggatd and cli/tenggat; ROOT_DIR keeps the Debian that is made at the first run, 700 MB.
set -euo pipefail

# shellcheck source=tests/systemd/booted.sh
. "$(dirname "${BASH_SOURCE[0]}")/booted.sh"
[[ ${4:-} == inside ]] || as_own_machine "$1" "$(realpath "$2")" "$(realpath -m "$3")"
source=$1 programs=$2 kept=$3
work=$(mktemp -d)
trap 'umount --quiet --lazy --recursive "$work"; rmdir "$work"' EXIT
mount -t tmpfs -o size=2g tmpfs "$work"

# --- a Debian --------------------------------------------------------------------------------------

packages=(systemd systemd-sysv dbus ca-certificates curl tzdata postgresql-15 libpq5 libcurl4 libspdlog1.10 libfmt9
  libyaml-cpp0.7 libdate-tz3 libprometheus-cpp-core1.0 libboost-json1.81.0 libboost-url1.81.0 libssl3 libsystemd0 libqrencode4
  libxlsxwriter4)

lay_debian

# --- an office -------------------------------------------------------------------------------------

install -D -m 755 "$programs/tenggatd" "$root/usr/bin/tenggatd"
install -D -m 755 "$programs/cli/tenggat" "$root/usr/bin/tenggat"
install -D -m 644 "$source/systemd/tenggatd.service" "$root/usr/lib/systemd/system/tenggatd.service"
install -D -m 644 "$source/systemd/sysusers.d/tenggat.conf" "$root/usr/lib/sysusers.d/tenggat.conf"
install -D -m 644 "$source/systemd/tmpfiles.d/tenggat.conf" "$root/usr/lib/tmpfiles.d/tenggat.conf"
mkdir -p "$root/etc/tenggat/credentials"
cp -r "$source/rules/office" "$root/etc/tenggat/rules"
chmod -R a+rX "$root/etc/tenggat/rules"
sed -e 's|url: "smtp://127.0.0.1:25"|url: "smtps://127.0.0.1:465"|' \
  -e 's|user: "" .*|user: "izin"|' -e 's|password_file: ""|password_file: tenggat_email-password|' \
  -e 's|certificate_file: "" .*|certificate_file: tenggat_certificate|' -e 's|^  key_file: "" .*|  key_file: tenggat_key|' \
  "$source/systemd/tenggat.yaml" >"$root/etc/tenggat/tenggat.yaml"
printf 'rahasia-surel' >"$root/etc/tenggat/credentials/email-password"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$root/etc/tenggat/credentials/key" -out "$root/etc/tenggat/credentials/certificate" 2>/dev/null
cp "$root/etc/tenggat/credentials/certificate" "$root/root/ca.pem"

# --- the machine -----------------------------------------------------------------------------------

boot

database_processes() {
  inside bash -c 'for one in /proc/[0-9]*; do [[ $(stat -c %U "$one") != postgres ]] || kill -s "$0" "${one##*/}"; done' "$1"
}
# stops NAME: in time, and well.
stops() {
  local begun took
  begun=$(date +%s%3N)
  inside systemctl stop tenggatd || fault "$1: systemctl stop failed"
  took=$(($(date +%s%3N) - begun))
  ((took < 10000)) || fault "$1: it took $took ms"
  [[ $(property Result)/$(property ExecMainCode)/$(property ExecMainStatus) == success/1/0 ]] ||
    fault "$1: ended with $(property Result), $(property ExecMainCode), $(property ExecMainStatus)"
  echo "$1: stopped in $took ms"
}

within 60 psql -c 'SELECT 1' || fault "PostgreSQL does not answer"
inside systemd-sysusers
inside systemd-tmpfiles --create tenggat.conf
# Of a unit that nothing names systemd forgets how it ended.
inside systemctl -q enable tenggatd
psql -c 'CREATE ROLE tenggat LOGIN' -c 'CREATE DATABASE tenggat OWNER tenggat'
inside runuser -u tenggat -- tenggat db migrate --config /etc/tenggat/tenggat.yaml >/dev/null || fault "db migrate"

# --- it starts -------------------------------------------------------------------------------------

inside systemctl start tenggatd || fault "systemctl start failed"
has_status serving || fault "its status is $(property StatusText)"
main=$(property MainPID)
inside curl -sSf --tlsv1.2 --cacert /root/ca.pem -o /root/openapi.json https://localhost:8080/api/v1/openapi.json || fault "TLS on listen"
[[ -n $(metric tenggat_certificate_not_after_timestamp_seconds) && $(metric tenggat_certificate_not_after_timestamp_seconds) != 0 ]] ||
  fault "the certificate's end is not measured"
started=$(journal -o json TENGGAT_EVENT=started)
for field in '"PRIORITY":"6"' '"SYSLOG_IDENTIFIER":"tenggatd"' '"TENGGAT_LISTEN":"127.0.0.1:8080"' '"_SYSTEMD_UNIT":"tenggatd.service"'; do
  [[ $started == *"$field"* ]] || fault "the journal lacks $field: $started"
done

# --- it reloads ------------------------------------------------------------------------------------

change 's|messages_an_hour: 12|messages_an_hour: 20|; s|^  connections: 1024|  connections: 512|'
inside systemctl reload tenggatd || fault "a good reload fails"
[[ $(journal TENGGAT_EVENT=reloaded -o json) == *'"TENGGAT_CHANGED":"officers.messages_an_hour"'* ]] || fault "reloaded, and the journal does not say what changed"
[[ $(journal) == *'takes a restart: http.connections'* ]] || fault "who asked was not told what takes a restart"

change 's|messages_an_hour: 20|messages_an_hour: 0|'
inside systemctl reload tenggatd 2>/dev/null && fault "a bad reload succeeds"
[[ $(journal) == *'/etc/tenggat/tenggat.yaml:'*'reload refused'* ]] || fault "the journal does not say why a reload was refused"
[[ $(metric tenggat_config_last_reload_successful) == 0 ]] || fault "the metric does not tell a refused reload"
[[ $(property ActiveState)/$(property MainPID) == active/$main ]] || fault "a refused reload did more than nothing"
change 's|messages_an_hour: 0|messages_an_hour: 20|'
inside systemctl reload tenggatd || fault "a mended reload fails"
[[ $(metric tenggat_config_last_reload_successful) == 1 ]] || fault "the metric does not tell a mended reload"
[[ $(journal) != *rahasia-surel* ]] || fault "a secret is in the journal"
stops "at work"

# --- it stops, whatever the database does ------------------------------------------------------------

inside systemctl start tenggatd
database_processes STOP
# Its health is asked, too, by somebody who waits.
inside curl -s -m 2 http://127.0.0.1:9464/readyz >/dev/null || true
stops "the database is mute"
inside systemctl start --no-block tenggatd
within 20 has_status waiting || fault "its status while the database is mute: $(property StatusText)"
stops "the database is mute from the start"
database_processes CONT
inside systemctl stop postgresql
inside systemctl start --no-block tenggatd
within 20 has_status waiting || fault "its status while the database is away: $(property StatusText)"
stops "the database is away from the start"
inside systemctl start postgresql
within 60 psql -c 'SELECT 1' || fault "PostgreSQL does not answer again"

change 's|user=tenggat"|user=siapa"|'
begun=$SECONDS
inside systemctl start tenggatd 2>/dev/null && fault "it starts as a role that is not there"
((SECONDS - begun < 20)) || fault "a role that is not there was waited for"
[[ $(journal TENGGAT_EVENT=database_refuses_login -o json) == *'"TENGGAT_SQLSTATE":"28000"'* ]] || fault "the journal does not name the login that was refused"
inside systemctl stop tenggatd
change 's|user=siapa"|user=tenggat"|'
inside systemctl start tenggatd || fault "it does not start any more"
stops "at the end"

((faults == 0)) || journal | tail -n 100
power_off
echo "booted: $faults faults"
((faults == 0))
