#!/bin/bash
# The dashboards' structure, the rules and what provisioning names, without any server.
#   tests/dashboards_test.sh SOURCE_DIR
set -uo pipefail

root=${1:?usage: dashboards_test.sh SOURCE_DIR}
faults=0

fault() {
  echo "FAULT $*"
  faults=$((faults + 1))
}

# holds FILE SENTENCE FILTER: the jq filter must come out true.
holds() {
  jq -e "$3" "$1" >/dev/null 2>&1 || fault "$(basename "$1"): $2"
}

# none FILE SENTENCE FILTER: the jq filter lists offenders; there must be none.
none() {
  local offenders
  if ! offenders=$(jq -r "$3" "$1" 2>&1); then
    fault "$(basename "$1"): $2: $offenders"
  elif [[ -n $offenders ]]; then
    fault "$(basename "$1"): $2: ${offenders//$'\n'/ }"
  fi
}

shown='.panels[] | select(.type != "row")'
uids=()
for file in "$root"/dashboards/grafana/*.json; do
  holds "$file" "is a dashboard of schema 39" '.schemaVersion == 39'
  holds "$file" "has a stable uid" '.uid | test("^tenggat-[a-z]+$")'
  holds "$file" "cannot be edited in place" '.editable == false'
  holds "$file" "is linked by tags" '(.tags | index("tenggat")) and (.links[0].tags | index("tenggat"))'
  holds "$file" "has the datasource variable" '[.templating.list[].name] | index("datasource")'
  none "$file" "panel without title, description or unit" \
    "$shown | select((.title // \"\") == \"\" or (.description // \"\") == \"\" or (.fieldConfig.defaults.unit // \"\") == \"\") | .id"
  none "$file" "panel without thresholds" "$shown | select((.fieldConfig.defaults.thresholds.steps | length) == 0) | .id"
  none "$file" "panel or target not on \$datasource" \
    "$shown | select([.datasource.uid, .targets[].datasource.uid] | any(. != \"\${datasource}\")) | .id"
  none "$file" "panel without an expression" "$shown | select([.targets[].expr // \"\"] | any(. == \"\") or length == 0) | .id"
  holds "$file" "has unique panel ids" '[.panels[].id] | length == (unique | length)'
  holds "$file" "starts with stats" "[$shown] | sort_by(.gridPos.y, .gridPos.x) | .[0].type == \"stat\""
  holds "$file" "ends with a table" "[$shown] | sort_by(.gridPos.y, .gridPos.x) | last | .type == \"table\""
  holds "$file" "places stats above time series" \
    "([$shown | select(.type == \"stat\") | .gridPos.y] | max) < ([$shown | select(.type == \"timeseries\") | .gridPos.y] | min)"
  none "$file" "panel outside the grid" "$shown | select(.gridPos.x + .gridPos.w > 24) | .id"
  uids+=("$(jq -r .uid "$file")")
done
[[ $(printf '%s\n' "${uids[@]}" | sort -u | wc -l) -eq ${#uids[@]} ]] || fault "two dashboards share a uid"

ringkasan=$root/dashboards/grafana/tenggat-ringkasan.json
holds "$ringkasan" "has the sop variable" '[.templating.list[].name] | index("sop")'
for title in "Permohonan Masuk" "Permohonan Diproses" "Permohonan Terbit" "Permohonan Dikembalikan" \
  "Permohonan Ditolak" "Persentase Izin Terbit Tepat Waktu" "Rata-rata Waktu Penyelesaian (hari kerja)" \
  "Permohonan Melewati Batas Waktu" "Kepatuhan Waktu per Tahapan" "Tahapan Terlama" "Sisa Waktu per Tahapan" \
  "Risiko Fiktif Positif" "Tingkat Pengembalian Berkas" "Jumlah Eskalasi"; do
  holds "$ringkasan" "lacks the panel $title" "[.panels[].title] | index(\"$title\")"
done

# Two daemons on one database report the same figures: a sum over instances would double them.
for file in "$root"/dashboards/grafana/*.json; do
  none "$file" "sums a figure of the database over instances" \
    "$shown | select(any(.targets[].expr; test(\"(sum|avg)( by [(][^)]*[)])? ?[(]tenggat_(permit|step|escalations|notices|messages_(dead|undelivered))\"))) | .id"
done

# Every metric a panel or a rule names is one the daemon has.
known=$(grep -oE '"[a-z_0-9]+"' "$root/daemon/metrics.cpp" | tr -d '"' | sort -u)
names=$( (jq -r "$shown | .targets[].expr" "$root"/dashboards/grafana/*.json
  cat "$root/dashboards/prometheus/tenggat.rules.yml") | grep -oE '\btenggat_[a-z_0-9]+' | sort -u)
for name in $names; do
  bare=${name#tenggat_}
  case $bare in recording | pages | tickets) continue ;; esac
  case $name in tenggat_permit_judged | tenggat_permit_missed) continue ;; esac
  for form in "$bare" "${bare%_bucket}" "${bare%_sum}" "${bare%_count}"; do
    grep -qxF -- "$form" <<<"$known" && continue 2
  done
  fault "no metric of the daemon is called $name"
done

grep -q '^apiVersion: 1$' "$root"/dashboards/grafana/provisioning/datasources/tenggat.yaml || fault "datasources: apiVersion"
grep -q '^apiVersion: 1$' "$root"/dashboards/grafana/provisioning/dashboards/tenggat.yaml || fault "dashboards: apiVersion"
grep -q 'uid: tenggat-prometheus' "$root"/dashboards/grafana/provisioning/datasources/tenggat.yaml || fault "datasources: uid"

# Every alert's runbook link leads to a section.
while IFS= read -r anchor; do
  grep -qiE "^## $anchor\$" "$root/dashboards/runbook.md" || fault "runbook lacks $anchor"
done < <(sed -nE 's/.*runbook_url:.*#(.+)$/\1/p' "$root/dashboards/prometheus/tenggat.rules.yml")
alerts=$(grep -c -- '- alert:' "$root/dashboards/prometheus/tenggat.rules.yml")
links=$(grep -c 'runbook_url:' "$root/dashboards/prometheus/tenggat.rules.yml")
[[ $alerts -eq $links ]] || fault "$alerts alerts, $links runbook links"

rules=$root/dashboards/prometheus
promtool check rules --lint=all --lint-fatal "$rules/tenggat.rules.yml" || fault "promtool check rules"
(cd "$rules" && promtool test rules tenggat.rules.test.yml) || fault "promtool test rules"
promtool check config --lint=all "$rules/prometheus.yml" || fault "promtool check config"

echo "dashboards: $faults faults"
((faults == 0))
