#!/usr/bin/env bash
# The manual pages are rendered without a complaint and say what the program says; bash completes.
#   tests/daemon/cli/manual_test.sh TENGGAT MANUAL_DIR
set -euo pipefail
tenggat=$1 manual=$2
faults=0
fault() {
  echo "FAULT $*"
  faults=$((faults + 1))
}

pages=0
while IFS= read -r page; do
  pages=$((pages + 1))
  said=$(MANROFFSEQ='' MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null) || fault "$page cannot be rendered"
  [[ -z $said ]] || fault "$page: $said"
done < <(find "$manual" -name '*.[158]')
((pages > 20)) || fault "there are $pages pages"
read_page() { MANWIDTH=200 LC_ALL=C.UTF-8 man -E UTF-8 -l -Tutf8 "$manual/$1" 2>/dev/null | sed 's/.\x08//g'; }

# Each command of the overview has its place, each key of the example, each option of the daemon.
tool=$(read_page man1/tenggat.1)
while IFS= read -r command; do
  [[ $tool == *"tenggat $command"* ]] || fault "tenggat(1) lacks $command"
  [[ $(read_page "man1/tenggat-${command%% *}.1") == *"tenggat $command"* ]] || fault "tenggat-${command%% *}(1) lacks $command"
done < <("$tenggat" --help | sed -n 's/^  \([a-z]\+\( [a-z]\+\)*\)  .*/\1/p')
keys=$(read_page man5/tenggat.yaml.5)
for key in database email.url http.connections; do
  [[ $keys == *"$key"* ]] || fault "tenggat.yaml(5) lacks $key"
done
# A key without a word is a heading with nothing below it.
wordless=$(awk '/^\.SH/ { on = ($0 ~ /KEYS/) } on && /^\.TP/ { getline name; getline says; if (says == "") print name }' "$manual/man5/tenggat.yaml.5")
[[ -z $wordless ]] || fault "config_keys.cpp says nothing of $wordless"
[[ $(read_page man5/tenggat-sop.5) == *"langkah"*"pelaksana"* ]] || fault "tenggat-sop(5) lacks keys"
[[ $(read_page man8/tenggatd.8) == *"--reload PID"* ]] || fault "tenggatd(8) lacks --reload"

# completes WANTED WORD…: WANTED is among what the last word may become.
completes() {
  local wanted=$1
  shift
  # shellcheck disable=SC1091
  . "$manual/completion"
  COMP_WORDS=(tenggat "$@") COMP_CWORD=$#
  COMPREPLY=()
  _tenggat
  [[ " ${COMPREPLY[*]} " == *" $wanted "* ]] || fault "tenggat $*: $wanted is not among ${COMPREPLY[*]}"
}
completes officer off
completes delegate officer d
completes end officer delegate e
completes --kind officer delegate --k
completes plh officer delegate --kind ''
completes "$manual/man1" doctor --config "$manual/man"
COMP_WORDS=(tenggat nothing '') COMP_CWORD=2
COMPREPLY=()
_tenggat
((${#COMPREPLY[@]} == 0)) || fault "something is completed after what is no command"

echo "manual: $pages pages, $faults faults"
((faults == 0))
