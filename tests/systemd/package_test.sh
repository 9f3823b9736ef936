#!/usr/bin/env bash
# An office from the package to its purge, on a Debian of this test's own: what docs/install.md says, typed block by block,
# with PostgreSQL, Postfix, nginx under TLS and Prometheus beside it. As root; needs debootstrap, systemd-container and
# lintian.
#   tests/systemd/package_test.sh SOURCE_DIR PACKAGE_DIR ROOT_DIR
# PACKAGE_DIR holds tenggat_*.deb, and PACKAGE_DIR/../before/package one of an older commit, if there is a history: without one
# it is upgraded from the same programs under an older number. ROOT_DIR keeps the Debian that is made at the first run, 900 MB.
set -euo pipefail

# shellcheck source=tests/systemd/booted.sh
. "$(dirname "${BASH_SOURCE[0]}")/booted.sh"
[[ ${4:-} == inside ]] || as_own_machine "$1" "$(realpath "$2")" "$(realpath -m "$3")"
source=$1 package=$(find "$2" -maxdepth 1 -name 'tenggat_*.deb' | sort | tail -n 1) kept=$3
[[ -n $package ]] || { echo "there is no package in $2" >&2; exit 1; }
older=$(find "$2/../before/package" -maxdepth 1 -name 'tenggat_*.deb' 2>/dev/null | sort | tail -n 1)
work=$(mktemp -d)
trap 'umount --quiet --lazy --recursive "$work"; rmdir "$work"' EXIT
mount -t tmpfs -o size=3g tmpfs "$work"
host=perizinan.example.go.id

# --- the package -----------------------------------------------------------------------------------

lintian --fail-on error,warning "$package" || fault "lintian"

# version NUMBER FILE: the same under another number, quickly.
version() {
  local folder=$work/repacked
  dpkg-deb -R "$package" "$folder"
  sed -i "s/^Version: .*/Version: $1/" "$folder/DEBIAN/control"
  sed -i "s/$current/$1/g" "$folder/DEBIAN/preinst"
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$folder" "$2" >/dev/null
  rm -rf "$folder"
}
current=$(dpkg-deb -f "$package" Version)

# --- a Debian --------------------------------------------------------------------------------------

packages=(systemd systemd-sysv dbus ca-certificates curl openssl tzdata postgresql postgresql-client libpq5 libcurl4 libspdlog1.10
  libfmt9 libyaml-cpp0.7 libdate-tz3 libprometheus-cpp-core1.0 libboost-json1.81.0 libboost-url1.81.0 libssl3 libsystemd0
  libqrencode4 libxlsxwriter4 postfix nginx-light prometheus man-db bash-completion)
lay_debian

mkdir -p "$root/root"
if [[ -n $older ]]; then
  cp "$older" "$root/root/tenggat.deb"
else
  version "$current~before" "$root/root/tenggat.deb"
fi
echo "upgraded from ${older:-the same programs} to $current"
cp "$package" "$root/root/tenggat-new.deb"
echo "127.0.0.1 localhost $host" >"$root/etc/hosts"

# A CA of the test's own, and what it signs: certificate N.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=CA of a test" -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
live=$root/etc/letsencrypt/live/$host
certificate() {
  mkdir -p "$live"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" -keyout "$live/privkey.pem" -out "$work/request" 2>/dev/null
  openssl x509 -req -in "$work/request" -CA "$work/ca.pem" -CAkey "$work/ca.key" -set_serial "$1" -days 20 \
    -extfile <(echo "subjectAltName=DNS:$host") -out "$live/fullchain.pem" 2>/dev/null
}
certificate 4711
cp "$work/ca.pem" "$root/usr/local/share/ca-certificates/test.crt"

# --- what docs/install.md says, block by block -------------------------------------------------------

awk -v to="$work/block" '/^```sh$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print > (to n) }' "$source/docs/install.md"
blocks=$(find "$work" -maxdepth 1 -name 'block*' | wc -l)
typed=0
# type_next: the next block, each line of it; what it says goes into $work/said.
type_next() {
  typed=$((typed + 1))
  { echo 'cd /root'; cat "$work/block$typed"; } >"$root/root/block"
  inside env DEBIAN_FRONTEND=noninteractive HOME=/root USER=root bash -e /root/block >"$work/said" 2>&1 || {
    fault "block $typed of docs/install.md"
    cat "$work/block$typed" "$work/said"
  }
}
said() { grep -qE "$1" "$work/said"; }
# in_mail USER PATTERN
in_mail() { grep -qE "$2" "$root/var/mail/$1"; }
inside_tenggat() { inside env "TENGGAT_URL=https://$host" "TENGGAT_TOKEN=$token" tenggat "$@"; }
visit() { inside curl -sS -o /dev/null -w '%{http_code}' "$@"; }

boot
begun=$SECONDS
within 60 psql -c 'SELECT 1' || fault "PostgreSQL does not answer"
inside update-ca-certificates >/dev/null 2>&1
for user in yusuf siti budi dewi hasan rina fauzi nurul aisyah; do inside useradd -m "$user"; done

type_next # the package
[[ $(property ActiveState) == inactive ]] || fault "it starts before it is set up"
inside tenggatd --version | grep -qE '^tenggatd [0-9]' || fault "tenggatd --version"
inside man -w tenggatd tenggat tenggat-officer tenggat.yaml >/dev/null || fault "manual pages"
inside bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader tenggat; complete -p tenggat' >/dev/null || fault "completion"
type_next # mail and web server
type_next # setup
cat "$work/said"
has_status serving || fault "after setup its status is $(property StatusText)"
before=$(cat "$root/etc/tenggat/tenggat.yaml" "$root"/etc/postgresql/*/main/pg_{hba,ident}.conf | sha256sum)
main=$(property MainPID)
inside bash -c 'cd /root && tenggat setup --answers answers --json' >"$work/said" 2>"$work/complaints" || { fault "a second setup"; cat "$work/complaints"; }
/usr/bin/python3 -c 'import json, sys; said = json.load(open(sys.argv[1])); sys.exit(len(said["steps"]) < 6 or not isinstance(said["doctor"], list))' \
  "$work/said" || { fault "a second setup as JSON"; cat "$work/said"; }
[[ $(cat "$root/etc/tenggat/tenggat.yaml" "$root"/etc/postgresql/*/main/pg_{hba,ident}.conf | sha256sum) == "$before" ]] || fault "a second setup changed files"
[[ $(property MainPID) == "$main" ]] || fault "a second setup restarted the daemon"
said 'on its way' && fault "a second setup sent another link"

# The administrator signs in by the link.
within 30 in_mail yusuf "https://$host/masuk/" || fault "the administrator got no link"
# Quoted-printable breaks long lines with a `=`.
link=$(sed -e ':a' -e '/=$/{N; s/=\n//; ba' -e '}' "$root/var/mail/yusuf" | grep -oE "https://$host/masuk/[0-9a-f]{64}" | head -n 1 || true)
form=$(inside curl -sS "$link" | grep -oE 'name="token" value="[^"]*"' | cut -d '"' -f 4 || true)
[[ -n $form && $(visit -c /root/cookies --data-urlencode "token=$form" "$link") == 303 ]] || fault "the link does not sign the administrator in"
[[ $(visit -b /root/cookies "https://$host/pegawai") == 200 ]] || fault "the administrator sees no officers"

type_next # people and the portal's token
token=$(grep -oE '^tgt_[0-9a-f]{64}$' "$work/said" | tail -n 1 || true)
[[ -n $token ]] || { fault "no token was printed"; cat "$work/said"; }
said '^fault' && { fault "doctor finds faults in an office that is set up"; cat "$work/said"; }
portal=$token

inside tenggat doctor --test "siti@$host" >"$work/said" 2>&1 || true
said '^ok +test: email, accepted' || { fault "the doctor's test message"; cat "$work/said"; }
inside tenggat doctor --test "lain@$host" >"$work/said" 2>&1 && fault "a test message to nobody is well"

# --- the first permit, by the portal's API and TLS ---------------------------------------------------

change 's|^undo_window: 2m|undo_window: 1s|'
inside systemctl reload tenggatd || fault "reload"
apply() {
  token=$portal
  inside_tenggat permit submit --sop paud --name Aisyah --email "aisyah@$host" --subject 'TK Harapan Bunda' \
    --document "persyaratan_izin_paud=https://$host/berkas.pdf" --json
}
number_in() { grep -oE '"number":"[^"]*"' | cut -d '"' -f 4; }
# act OFFICER STEP ACTION [MORE…]
act() {
  local officer=$1 step=$2 action=$3
  shift 3
  [[ -n ${tokens[$officer]:-} ]] || tokens[$officer]=$(inside tenggat token create --officer "$officer" | tail -n 1)
  token=${tokens[$officer]}
  inside_tenggat permit act "$number" "$action" --step "$step" "$@" >"$work/said" 2>&1 || { fault "$officer cannot $action"; cat "$work/said"; }
}
declare -A tokens
number=$(apply | number_in)
[[ -n $number ]] || fault "the first application"
echo "installed and at the first permit in $((SECONDS - begun)) s"
act siti verifikasi accept
act budi penerimaan forward
act dewi kajian_teknis recommend --document "bapl=https://$host/bapl.pdf" --document "rekomendasi=https://$host/rekomendasi.pdf"
act budi penyusunan_sk draft --document "draft_sk=https://$host/draft.pdf"
act rina persetujuan_kabid approve
act fauzi persetujuan_sekretaris approve
act nurul penandatanganan sign --document "surat_keputusan=https://$host/sk.pdf,number=421.9/17/2026"
token=$portal
inside_tenggat permit act "$number" receive --step penerimaan_sk >"$work/said" 2>&1 || { fault "the applicant cannot receive"; cat "$work/said"; }
[[ $(inside_tenggat permit show "$number" --json) == *'"state":"issued"'* ]] || fault "the permit is not issued"
within 60 in_mail aisyah "$number" || fault "the applicant got no mail"

# --- Prometheus, and from day to day -----------------------------------------------------------------

type_next # Prometheus
scraped() { [[ $(inside curl -sG --data-urlencode 'query=up{job="tenggat"}' http://127.0.0.1:9090/api/v1/query) == *',"1"]'* ]]; }
within 60 scraped || fault "Prometheus does not scrape the daemon"
[[ $(inside curl -s http://127.0.0.1:9090/api/v1/rules) == *TenggatDatabaseDown* ]] || fault "Prometheus has no rules of ours"
type_next # check, reload, journal
said reloaded || { fault "the journal does not tell the reload"; cat "$work/said"; }
type_next # backup

serial() { inside bash -c "openssl s_client -connect $host:443 -servername $host </dev/null 2>/dev/null | openssl x509 -noout -serial"; }
certificate 4712
inside systemctl reload nginx
renewed() { [[ $(serial) == "serial=$(printf %X 4712)" ]]; }
within 20 renewed || fault "the renewed certificate is not served: $(serial)"
inside journalctl -q --rotate || fault "the journal does not rotate"
number=$(apply | number_in)
open=$number

# --- a reboot ----------------------------------------------------------------------------------------

power_off
boot
within 90 has_status serving || fault "after a reboot its status is $(property StatusText)"
within 60 inside curl -sSf -o /dev/null "https://$host/" || fault "after a reboot the pages are away"

# --- a second daemon, by the unit for offices with a name -----------------------------------------------

inside bash -c 'umask 027; cd /etc/tenggat; sed "s|:8080|:8081|; s|:9464|:9465|; s|^state_dir: /var/lib/tenggat|&/uji|
  s|^seal_key_file: .*|seal_key_file: /var/lib/tenggat/seal.key|; s|^link_key_file: .*|link_key_file: /var/lib/tenggat/link.key|" \
  tenggat.yaml >uji.yaml; chgrp tenggat uji.yaml'
inside systemctl start tenggatd@uji || { fault "tenggatd@ does not start"; inside journalctl -q -u tenggatd@uji -n 20; }
inside curl -sf -o /dev/null http://127.0.0.1:9465/readyz || fault "tenggatd@ is not ready"
inside systemctl stop tenggatd@uji || fault "tenggatd@ does not stop"
inside rm /etc/tenggat/uji.yaml

# --- upgrade and downgrade ---------------------------------------------------------------------------

main=$(property MainPID)
type_next # the upgrade
[[ $(inside dpkg-query -W -f '${Version}' tenggat) == "$current" ]] || fault "the upgrade"
within 60 has_status serving || fault "after the upgrade its status is $(property StatusText)"
[[ $(property MainPID) != "$main" ]] || fault "the upgrade did not restart the daemon"
token=$portal
[[ $(inside_tenggat permit show "$open" --json) == *'"state":"active"'* ]] || fault "the open permit is not open after the upgrade"
number=$open
act siti verifikasi accept
if inside dpkg -i /root/tenggat.deb >"$work/said" 2>&1; then fault "a downgrade is taken"; fi
said 'a downgrade is refused' || { fault "a downgrade is not refused in words"; cat "$work/said"; }
[[ $(inside dpkg-query -W -f '${db:Status-Abbrev}${Version}' tenggat) == "ii $current" ]] || fault "a refused downgrade leaves another version"
within 60 has_status serving || fault "after the refused downgrade its status is $(property StatusText)"

# --- a restore ---------------------------------------------------------------------------------------

inside systemctl stop tenggatd
inside runuser -u postgres -- pg_restore --clean --create -d postgres /var/lib/postgresql/tenggat.dump || fault "pg_restore"
# The backup is of before the upgrade.
inside tenggat db migrate >"$work/said" 2>&1 || { fault "db migrate after a restore"; cat "$work/said"; }
inside systemctl start --no-block tenggatd
behind() { [[ $(inside curl -s http://127.0.0.1:9464/readyz) == *restored* ]]; }
within 60 behind || fault "a database behind its mark is served"
inside tenggat db restored --yes >"$work/said" 2>&1 || { fault "db restored"; cat "$work/said"; }
ready() { inside curl -sf -o /dev/null http://127.0.0.1:9464/readyz; }
within 60 ready || fault "after db restored it is not ready"
inside tenggat message release >/dev/null || fault "message release"
inside tenggat audit verify >"$work/said" 2>&1 || { fault "audit verify"; cat "$work/said"; }
number=$(apply | number_in)
[[ -n $number && $number != "$open" ]] || fault "a number was given again: $number"

# --- away with it ------------------------------------------------------------------------------------

inside apt-get remove -y tenggat >"$work/said" 2>&1 || fault "remove"
[[ -f $root/etc/tenggat/tenggat.yaml && -f $root/var/lib/tenggat/link.key ]] || fault "remove took what it should keep"
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y /root/tenggat-new.deb >"$work/said" 2>&1 || fault "install after remove"
within 60 has_status serving || fault "after remove and install its status is $(property StatusText)"
inside apt-get purge -y tenggat >"$work/said" 2>&1 || fault "purge"
[[ ! -e $root/etc/tenggat && ! -e $root/var/lib/tenggat ]] || fault "purge left $(ls -d "$root"/etc/tenggat "$root"/var/lib/tenggat)"
said 'the database remains' || { fault "purge does not say what remains"; cat "$work/said"; }
[[ $(psql -d tenggat -c 'SELECT count(*) FROM permit') -ge 2 ]] || fault "purge took permits"

((typed == blocks)) || fault "docs/install.md has $blocks blocks, $typed were typed"
((faults == 0)) || journal -n 100
power_off
echo "package: $faults faults, $((SECONDS - begun)) s"
((faults == 0))
