#!/usr/bin/env bash
# What the documents tell people to type works as it is written: tests/documents/typed.py takes it out of them
# and types it, in an office of the test's own.
#   tests/documents_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
root=$(cd "${1:?usage: documents_test.sh SOURCE_DIR BUILD_DIR}" && pwd -P)
programs=$(cd "${2:?usage: documents_test.sh SOURCE_DIR BUILD_DIR}" && pwd -P)/daemon
unset "${!PG@}" TENGGAT_URL TENGGAT_TOKEN TENGGAT_CONFIG
export LC_ALL=C.UTF-8
# shellcheck source=dev/machine.sh
. "$root/dev/machine.sh"
# shellcheck source=tests/support/trial.sh
. "$root/tests/support/trial.sh"
office=$trial/office
# shellcheck source=dev/office.sh
. "$root/dev/office.sh"

end_documents() {
  stop_daemon
  stop_postgres
  end_trial
}
trap end_documents EXIT

lock_office
start_postgres "$office/postgres"
write_configuration
cp -r "$root/rules/office" "$office/rules"
# As a package lays it out: a credential stands below the configuration under its own name.
mkdir "$office/credentials"
echo whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3 >"$office/credentials/portal_secret"
sed -i "s|^rules:.*|rules: $office/rules|" "$office/tenggat.yaml"
openssl genpkey -algorithm ed25519 -out "$office/credentials/seal_key" 2>/dev/null
echo "seal_key_file: $office/credentials/seal_key" >>"$office/tenggat.yaml"
echo "portal: {url: \"http://127.0.0.1:9/webhook\", secret_files: [tenggat_portal_secret], allow_private: true}" >>"$office/tenggat.yaml"
on_database db migrate >/dev/null
seed_people
write_environment
# shellcheck disable=SC2119
start_daemon
expect "what the documents say can be typed" \
  /usr/bin/python3 "$root/tests/documents/typed.py" "$root" "$office" "$programs" "$url" "$admin_url" "$daemon_pid" \
  "$postgres_socket" "$(postgres_programs "$office/postgres")"
finish
