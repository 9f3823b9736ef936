# shellcheck shell=bash
# A test can fail: mistakes are planted one by one into a copy of a file, and with each it must.
#   source planting.sh TEST FOLDER SOURCE_DIR BUILD_DIR [HOW_MANY]
# TEST is the test's target, FOLDER where its program is built. The reader has judge(), which is given
# a mistake's name and says what the failed test's $copy/log makes of it.
#
# HOW_MANY plants the first ones only; that every mistake still finds its place is checked always.
# Nothing is built but the file with the mistake: it is linked before the library that has it without.
export LC_ALL=C
usage="usage: $0 SOURCE_DIR BUILD_DIR [HOW_MANY]"
test=$1
test_folder=$2
source=$(cd "${3:?$usage}" && pwd -P)
build=$(cd "${4:?$usage}" && pwd -P)
how_many=${5:-1000}

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

link=$(ninja -C "$build" -t commands "$test" | tail -n 1)
[[ $link == *" -o $test_folder/$test "* ]] || { echo "not the command that links: $link"; exit 1; }

# with_file FILE: the test as $copy/test, with $copy/mistaken.cpp in the place of FILE.
with_file() {
  local command
  command=$(jq -r --arg file "$source/$1" '.[] | select(.file == $file) | .command' "$build/compile_commands.json" | head -n 1)
  command=${command/" -o "*" -c "/" -w -o $copy/mistaken.o -c "}
  command=${command/"$source/$1"/"$copy/mistaken.cpp"}
  (cd "$build" && eval "$command" && eval "${link/" -o $test_folder/$test "/" $copy/mistaken.o -o $copy/test "}")
}

# passes_unharmed FILE: the way there is sound; with a copy of FILE as it is the test passes.
passes_unharmed() {
  cp "$source/$1" "$copy/mistaken.cpp"
  with_file "$1"
  (cd "$copy" && ./test) >"$copy/log" 2>&1 || { cat "$copy/log"; fault 'fails without a mistake'; }
}

faults=0 planted=0 listed=0
fault() {
  printf '%s\n' "$*"
  faults=$((faults + 1))
}

# plant NAME FILE RIGHT WRONG: RIGHT stands in FILE, once.
plant() {
  local name=$1 file=$2 right=$3 wrong=$4 text without
  listed=$((listed + 1))
  text=$(<"$source/$file")
  without=${text/"$right"/}
  if [[ $without == "$text" || ${without/"$right"/} != "$without" ]]; then
    fault "stale: $name: this is not in $file once: $right"
    return
  fi
  ((listed <= how_many)) || return 0
  printf '%s\n' "${text/"$right"/"$wrong"}" >"$copy/mistaken.cpp"
  if ! with_file "$file" >"$copy/log" 2>&1; then
    fault "does not compile: $name"
    cat "$copy/log"
    return
  fi
  planted=$((planted + 1))
  if (cd "$copy" && timeout 300 ./test) >"$copy/log" 2>&1; then
    fault "survives: $name"
    return
  fi
  judge "$name"
}

# What ends otherwise than by a failed test, by a signal or by taking for ever, tells nothing of it.
ends_otherwise() {
  fault "ends without a failed test: $1"
  tail -n 5 "$copy/log"
}

say_planted() {
  echo "planted mistakes: $planted of $listed planted, $faults faults"
  ((faults == 0))
}
