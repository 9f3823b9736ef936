#!/bin/bash
# Evaluates every expression of every dashboard against a running Prometheus.
#
#   dashboards/check.sh [PROMETHEUS_URL]        default: http://127.0.0.1:9090
#
# Fails (1) where an expression is refused, or where none of a panel's expressions returns anything.
# A panel may have one that is empty, as a comparison with a period before the first scrape is.
# Variables get values that hold in any run; CHECK_RANGE (default 1h) stands for the dashboard's range.
set -euo pipefail

url=${1:-http://127.0.0.1:9090}
range=${CHECK_RANGE:-1h}
here=$(cd "$(dirname "$0")" && pwd)

# Longer names first: $__range is the beginning of $__range_s.
substituted() {
  sed -e 's/\$__rate_interval/1m/g' -e 's/\$__interval/15s/g' \
      -e "s/\\\$__range/$range/g" -e 's/\${\?sop}\?/.*/g' -e 's/\${\?instance}\?/.*/g'
}

panels=0
faults=0
for dashboard in "$here"/grafana/*.json; do
  name=$(jq -r .uid "$dashboard")
  while IFS= read -r panel; do
    title=$(jq -r .title <<<"$panel")
    panels=$((panels + 1))
    series=0
    refused=0
    while IFS= read -r expression; do
      query=$(jq -r . <<<"$expression" | substituted)
      if ! answer=$(curl -sS --max-time 15 --data-urlencode "query=$query" "$url/api/v1/query"); then
        echo "check: no answer from $url" >&2
        exit 1
      fi
      if [[ $(jq -r '.status // "none"' <<<"$answer" 2>/dev/null) != success ]]; then
        echo "$name: $title: refused: $(jq -r '.error // "no JSON"' <<<"$answer" 2>/dev/null): $query"
        refused=$((refused + 1))
        continue
      fi
      series=$((series + $(jq '.data.result | length' <<<"$answer")))
    done < <(jq -c '.targets[].expr' <<<"$panel")
    if ((refused > 0)); then
      faults=$((faults + 1))
    elif ((series == 0)); then
      faults=$((faults + 1))
      echo "$name: $title: empty: $(jq -r '.targets[0].expr' <<<"$panel" | substituted)"
    fi
  done < <(jq -c '.panels[] | select(.type != "row") | {title, targets}' "$dashboard")
done

if ((panels == 0)); then
  echo "check: no panels found beside $0" >&2
  exit 1
fi
echo "check: $panels panels, $faults with faults"
((faults == 0))
