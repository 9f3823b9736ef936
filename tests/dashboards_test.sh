#!/bin/bash
# The dashboards, the rules and what provisioning names, without any server.
#   tests/dashboards_test.sh SOURCE_DIR
set -uo pipefail

root=${1:?usage: dashboards_test.sh SOURCE_DIR}
faults=0

fault() {
  echo "FAULT $*"
  faults=$((faults + 1))
}

/usr/bin/python3 "$root/dashboards/grafana/generator" --check || fault "the JSON is not what the generator writes"
/usr/bin/python3 "$root/tests/dashboards/lint.py" "$root" || fault "lint"
/usr/bin/python3 "$root/tests/dashboards/lint.py" "$root" --plant || fault "lint does not find what is planted"

grep -n 'import \*' "$root"/dashboards/grafana/generator/*.py && fault "the generator imports no names"

# What the dashboards name is what provisioning provides.
provisioning=$root/dashboards/grafana/provisioning
for kind in datasources dashboards; do
  grep -q '^apiVersion: 1$' "$provisioning/$kind/tenggat.yaml" || fault "$kind: apiVersion"
done
for kind in prometheus grafana-postgresql-datasource; do
  grep -q "type: $kind\$" "$provisioning/datasources/tenggat.yaml" || fault "datasources: none of type $kind"
done
grep -q 'uid: tenggat-prometheus' "$provisioning/datasources/tenggat.yaml" || fault "datasources: uid"
grep -q 'uid: tenggat-laporan' "$provisioning/datasources/tenggat.yaml" || fault "datasources: uid"
[[ $(cat "$provisioning"/*/tenggat.yaml | grep -c 'editable: false') -eq 3 ]] ||
  fault "provisioning: something can be edited"

grep -q '^interval_hour = DD/MM HH.mm$' "$root/dashboards/grafana/grafana.ini" || fault "grafana.ini: formats of dates"

# Every alert has a section of the runbooks, every section an alert, and every alert two scenarios.
rules=$root/dashboards/prometheus
mapfile -t alerts < <(sed -n 's/^ *- alert: //p' "$rules/tenggat.rules.yml")
for alert in "${alerts[@]}"; do
  grep -q "^## $alert\$" "$root/dashboards/runbooks.md" || fault "runbooks.md lacks $alert"
  grep -q "runbook_url: .*runbooks.md#${alert,,}\$" "$rules/tenggat.rules.yml" || fault "$alert has no runbook link"
  for verdict in fires "stays silent"; do
    grep -q "name: \"$alert $verdict: " "$rules"/tenggat.rules*.test.yml || fault "no scenario in which $alert $verdict"
  done
done
# Each says what it costs, where it comes from, what to do, when it is over and where that is seen; what it calls a
# panel is one.
/usr/bin/python3 "$root/tests/dashboards/runbooks.py" "$root" || fault "runbooks.md"
[[ $(grep -c '^## ' "$root/dashboards/runbooks.md") -eq ${#alerts[@]} ]] || fault "runbooks.md has sections of no alert"

# Every metric a rule names is in the catalogue.
while IFS= read -r name; do
  bare=${name#tenggat_}
  grep -qF "| \`$bare\`" "$root/docs/metrics.md" || fault "no metric is called $name"
done < <(sed -n '/expr:/,/for:\|record:\|- alert/p' "$rules/tenggat.rules.yml" |
  grep -oE '(^|[^:a-z_])tenggat_[a-z_]+' | grep -oE 'tenggat_[a-z_]+' | grep -vE '^tenggat_(recording|pages|tickets|office)$' | sort -u)

promtool check rules --lint=all --lint-fatal "$rules/tenggat.rules.yml" || fault "promtool check rules"
(cd "$rules" && promtool test rules tenggat.rules*.test.yml) || fault "promtool test rules"
promtool check config --lint=all "$rules/prometheus.yml" || fault "promtool check config"
amtool check-config "$rules/alertmanager.yml" || fault "amtool check-config"

echo "dashboards: $faults faults, ${#alerts[@]} alerts"
((faults == 0))
