#!/usr/bin/env bash
# The architecture, as far as a machine can read it. No exemptions.
#   tests/tidy_test.sh SOURCE_DIR
#
# - an include goes to the same floor or to one below it, as `below` says
# - rules/ includes the standard library, fmt, boost/system and date; yaml-cpp in yaml.cpp alone, Boost's regular
#   expressions (std::regex has no bound) in sop/fields.cpp alone
# - only daemon/base/clock.cpp reads a clock
# - SQL stands in daemon/store and daemon/pg/migrate.cpp
# - the status of an HTTP answer stands in daemon/http and above; notifiers know that of others
# - sentences in Indonesian stand in tables of words and on pages
# - a folder of tests/ for the product is one of the product's
# - every test is named in a CMakeLists.txt
# - nothing is left to do by its own words
#
# Then it plants each of these faults in a copy and demands that it is found.
set -euo pipefail
export LC_ALL=C
root=$(cd "${1:?usage: tidy_test.sh SOURCE_DIR}" && pwd -P)

# The house, by floors: what a floor may include besides itself.
rules='rules/base rules/calendar rules/sop rules/permit rules/telling rules/forecast'
below="
rules/base:
rules/calendar:  rules/base
rules/sop:       rules/base rules/calendar
rules/permit:    rules/base rules/calendar rules/sop
rules/telling:   rules/base rules/calendar rules/sop rules/permit
rules/forecast:  rules/base rules/calendar
notifiers:       $rules
daemon/pg:       $rules
daemon/base:     notifiers $rules
daemon/store:    daemon/pg notifiers $rules
daemon/office:   daemon/store daemon/base daemon/pg notifiers $rules
daemon/http:     daemon/base notifiers $rules
daemon/api:      daemon/http daemon/office daemon/store daemon/base daemon/pg notifiers $rules
daemon/pages:    daemon/api daemon/http daemon/office daemon/store daemon/base daemon/pg notifiers $rules
daemon/cli:      daemon/pages daemon/api daemon/office daemon/store daemon/base daemon/pg notifiers $rules
daemon/app:      daemon/pages daemon/api daemon/http daemon/office daemon/store daemon/base daemon/pg notifiers $rules
daemon/main:     daemon/app daemon/base
"

# Tables of words, and the samples that texts are shown with.
words_for_people='words\\.(h|cpp)$|wording\\.cpp$|(refusal|reason|problem_types)\\.h$|^daemon/office/trouble\\.cpp$|^notifiers/text\\.cpp$'
# Two words side by side within quotes, one of them of those that bind a sentence.
indonesian='"[^"]*[a-z]+ (yang|tidak|untuk|dengan|belum|sudah|adalah|kepada|oleh)( [^"]*)?"|"(Yang|Tidak|Untuk|Belum|Sudah|tidak|belum|sudah|untuk|yang) [a-z][^"]*"'

production() {
  (cd "$1" && find rules notifiers daemon -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.h.in' \) | sort)
}

# Reads every file once, each line without what follows a `//` outside of quotes.
read_sources() {
  (cd "$1" && production . | xargs awk -v below="$below" -v words_for_people="$words_for_people" -v indonesian="$indonesian" '
    function room(path,   part) {
      if (path ~ /^rules\/(calendar|sop|permit|telling|forecast)\//) { split(path, part, "/"); return "rules/" part[2] }
      if (path ~ /^rules\/[^\/]+$/) return "rules/base"
      if (path ~ /^notifiers\//) return "notifiers"
      if (path ~ /^daemon\/(base|pg|store|office|http|api|pages|cli|app)\//) { split(path, part, "/"); return "daemon/" part[2] }
      if (path ~ /^daemon\/main\.cpp$/) return "daemon/main"
      return "outside"
    }
    function fault(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
    function code(text,   bare, at) {
      bare = text
      gsub(/\\./, "__", bare)
      while (match(bare, /"[^"]*"/)) {
        at = substr(bare, RSTART, RLENGTH)
        gsub(/./, "_", at)
        bare = substr(bare, 1, RSTART - 1) at substr(bare, RSTART + RLENGTH)
      }
      at = index(bare, "//")
      return at ? substr(text, 1, at - 1) : text
    }
    BEGIN {
      n = split(below, line, "\n")
      for (i = 1; i <= n; ++i) {
        m = split(line[i], word, /[: ]+/)
        for (j = 1; j <= m; ++j) may[word[1], word[j]] = 1
      }
    }
    FNR == 1 { here = room(FILENAME); if (here == "outside") fault("is on no floor of the house") }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, part, "\"")
      if (!((here, room(part[2])) in may)) fault("may not include " part[2])
      next
    }
    /^[ \t]*#[ \t]*include/ {
      target = $0
      sub(/^[^<]*</, "", target)
      sub(/>.*/, "", target)
      if (room(target) != "outside") fault("includes " target " as if it were a library")
      if (here ~ /^rules/ && target !~ /^([a-z_]+|fmt\/.*|boost\/system\/.*|date\/.*)$/ &&
          !(target ~ /^yaml-cpp\// && FILENAME == "rules/yaml.cpp") &&
          !(target == "boost/regex.hpp" && FILENAME == "rules/sop/fields.cpp"))
        fault("rules/ may not include <" target ">")
      next
    }
    {
      text = code($0)
      if (FILENAME != "daemon/base/clock.cpp" &&
          text ~ /(^|[^a-z_])([a-z_]+_clock::now|gettimeofday|clock_gettime|timespec_get|localtime(_r)?|gmtime(_r)?)[ ]*\(|(^|[^A-Za-z0-9_.>])time[ ]*\([ ]*(nullptr|NULL|0|&)/)
        fault("reads a clock; ask daemon/base/clock.h, or take `now`")
      if (here != "daemon/store" && FILENAME != "daemon/pg/migrate.cpp" &&
          text ~ /(^|[^A-Za-z_])(SELECT[ "]|INSERT INTO|DELETE FROM|UPDATE [a-z_]+( |"|$)|(CREATE|ALTER|DROP) (TABLE|INDEX|VIEW|SCHEMA|FUNCTION)|TRUNCATE |LISTEN [a-z])/)
        fault("holds SQL; that is for daemon/store")
      if (here !~ /^daemon\/(http|api|pages|app|cli)$/ && here != "notifiers" &&
          text ~ /[sS]tatus[ ]*[=!<>]=?[ ]*[1-5][0-9][0-9][^0-9]|[sS]tatus\((20|40|41|42|50)[0-9]\)/)
        fault("knows the status of an HTTP answer; that is for daemon/http and above")
      if (here != "daemon/pages" && FILENAME !~ words_for_people && text ~ indonesian)
        fault("says a sentence in Indonesian; that is for a table of words")
    }')
}

# The tests a CMakeLists.txt names, as paths from the root.
built_tests() {
  (cd "$1" && find tests -name CMakeLists.txt | while IFS= read -r list; do
    sed -e 's/#.*//' -e 's/\${CMAKE_CURRENT_SOURCE_DIR}\///g' "$list" | grep -oE '[A-Za-z0-9_./-]+_test\.(cpp|sh)' |
      sed "s|^|$(dirname "$list")/|" || true
  done | sort -u)
}
read_tests() {
  local name
  while IFS= read -r name; do
    echo "$name: no CMakeLists.txt builds or runs it"
  done < <(comm -13 <(built_tests "$1") <(cd "$1" && find tests -name '*_test.cpp' -o -name '*_test.sh' | sort))
}

# Folders of tests/ that are none of the product.
read_mirror() {
  local file folder
  (cd "$1" && find tests/rules tests/notifiers tests/daemon -type f | sort) | while IFS= read -r file; do
    folder=${file%/*}
    [[ -d $1/${folder#tests/} ]] || echo "$file: lies in a folder that the product has not"
  done
}

read_words() {
  # Put together, or this file would name itself.
  local words='TO''DO|FIX''ME|XX''X'
  (cd "$1" && find . \( -path ./build -o -path ./var -o -path ./.git \) -prune -o -type f -print0 |
    xargs -0 grep -InE "(^|[^A-Za-z0-9_])($words)([^A-Za-z0-9_]|\$)" | sed 's|^\./||; s|\(:[0-9]*\):.*|\1: is left to do, by its own words|') || true
}

tidy() {
  read_sources "$1"
  read_tests "$1"
  read_mirror "$1"
  read_words "$1"
}

faults=0
found=$(tidy "$root")
if [[ -n $found ]]; then
  printf '%s\n' "$found"
  faults=$(wc -l <<<"$found")
fi

# --- it can fail ---------------------------------------------------------------------------------

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

# plant PATH LINE FAULT [COMPANION]: a file of one line, in a house of its own; FAULT must be found at
# it, or nothing where FAULT is empty.
plants=0
plant() {
  local path=$1 line=$2 expected=$3 answer
  plants=$((plants + 1))
  rm -rf "${copy:?}"/*
  mkdir -p "$copy"/{rules,notifiers,daemon,tests/{rules,notifiers,daemon}} "$(dirname "$copy/$path")"
  # An xargs without a file would read what it is given on the terminal.
  echo >"$copy/rules/house.h"
  echo 'add_test(NAME named_test COMMAND named_test.sh)' >"$copy/tests/CMakeLists.txt"
  printf '%s\n' "$line" >"$copy/$path"
  answer=$(tidy "$copy")
  if [[ -z $expected && -n $answer ]] || [[ -n $expected && ($answer != "$path:"*"$expected"* || $answer == *$'\n'*) ]]; then
    printf 'not told as it should be: %s: %s\n  expected: %s\n  told:     %s\n' "$path" "$line" "${expected:-nothing}" "$answer"
    faults=$((faults + 1))
  fi
}

plant rules/a.cpp '#include "notifiers/message.h"' 'may not include notifiers/message.h'
plant rules/a.cpp '#include "daemon/base/log.h"' 'may not include daemon/base/log.h'
plant rules/sop/a.cpp '#include "rules/permit/permit.h"' 'may not include rules/permit/permit.h'
plant rules/permit/a.cpp '#include "rules/telling/telling.h"' 'may not include rules/telling/telling.h'
plant rules/telling/a.cpp '#include "rules/permit/permit.h"' ''
plant rules/a.cpp '#include <boost/asio/io_context.hpp>' 'may not include <boost/asio/io_context.hpp>'
plant rules/a.h '#  include <libpq-fe.h>' 'may not include <libpq-fe.h>'
plant rules/permit/a.cpp '#include <yaml-cpp/yaml.h>' 'may not include <yaml-cpp/yaml.h>'
plant rules/yaml.cpp '#include <yaml-cpp/yaml.h>' ''
plant rules/sop/fields.cpp '#include <boost/regex.hpp>' ''
plant rules/sop/sop.cpp '#include <boost/regex.hpp>' 'may not include <boost/regex.hpp>'
plant rules/a.cpp '#include <fmt/format.h>' ''
plant notifiers/email/a.cpp '#include "daemon/base/config.h"' 'may not include daemon/base/config.h'
plant notifiers/email/a.cpp '#include "rules/time.h"' ''
plant daemon/pg/a.cpp '#include "daemon/store/rows.h"' 'may not include daemon/store/rows.h'
plant daemon/base/log.cpp '#include "daemon/store/rows.h"' 'may not include daemon/store/rows.h'
plant daemon/store/a.cpp '#include "daemon/office/loop.h"' 'may not include daemon/office/loop.h'
plant daemon/office/a.cpp '#include "daemon/api/api.h"' 'may not include daemon/api/api.h'
plant daemon/office/a.cpp '#include "daemon/http/server.h"' 'may not include daemon/http/server.h'
plant daemon/http/a.cpp '#include "daemon/store/rows.h"' 'may not include daemon/store/rows.h'
plant daemon/http/a.cpp '#include "daemon/api/api.h"' 'may not include daemon/api/api.h'
plant daemon/api/a.cpp '#include "daemon/pages/html.h"' 'may not include daemon/pages/html.h'
plant daemon/api/a.cpp '#include "daemon/office/loop.h"' ''
plant daemon/pages/a.cpp '#include "daemon/cli/print.h"' 'may not include daemon/cli/print.h'
plant daemon/pages/a.cpp '#include "daemon/http/router.h"' ''
plant daemon/cli/a.cpp '#include "daemon/http/server.h"' 'may not include daemon/http/server.h'
plant daemon/api/a.cpp '#include "daemon/app/app.h"' 'may not include daemon/app/app.h'
plant daemon/main.cpp '#include "daemon/api/api.h"' 'may not include daemon/api/api.h'
plant daemon/app/app.cpp '#include "tests/support/await.h"' 'may not include tests/support/await.h'
plant daemon/app/app.cpp '#include <daemon/cli/print.h>' 'as if it were a library'
plant daemon/attic/a.cpp 'int a;' 'is on no floor of the house'
plant daemon/a.cpp 'int a;' 'is on no floor of the house'
plant rules/a.cpp 'auto t = std::chrono::system_clock::now();' 'reads a clock'
plant daemon/office/a.cpp 'auto t = steady_clock::now();' 'reads a clock'
plant daemon/http/a.cpp 'auto t = std::time(nullptr);' 'reads a clock'
plant notifiers/a.cpp 'clock_gettime(CLOCK_REALTIME, &t);' 'reads a clock'
plant notifiers/a.cpp 'gettimeofday(&t, nullptr);' 'reads a clock'
plant daemon/base/clock.cpp 'auto t = std::chrono::system_clock::now();' ''
plant daemon/http/a.cpp 'int n;  // not system_clock::now()' ''
plant daemon/app/a.cpp 'co_await lease->query("SELECT 1");' 'holds SQL'
plant daemon/office/a.cpp 'pipeline.add("INSERT INTO permit (id) VALUES ($1)");' 'holds SQL'
plant daemon/http/a.cpp 'auto s = "see http://x/ and UPDATE permit SET a = 1";' 'holds SQL'
plant daemon/pg/a.cpp '"DELETE FROM permit"' 'holds SQL'
plant daemon/store/a.cpp 'pipeline.add("SELECT 1");' ''
plant daemon/pg/migrate.cpp 'pipeline.add("CREATE TABLE a (b int)");' ''
plant daemon/office/a.cpp 'if (answer.status == 409) return;' 'knows the status'
plant rules/permit/a.cpp 'refusal.status = 422;' 'knows the status'
plant daemon/api/a.cpp 'if (answer.status == 409) return;' ''
plant rules/permit/a.cpp 'return "waktu dijeda untuk sementara";' 'says a sentence in Indonesian'
plant daemon/office/a.cpp 'say("belum ada petugas");' 'says a sentence in Indonesian'
plant daemon/pages/a.cpp 'say("belum ada petugas");' ''
plant rules/permit/a_words.h 'row("belum ada petugas")' ''
plant tests/daemon/attic/a.h 'int a;' 'lies in a folder that the product has not'
plant tests/rules/forgotten_test.cpp 'int a;' 'no CMakeLists.txt builds or runs it'
plant tests/forgotten_test.sh 'true' 'no CMakeLists.txt builds or runs it'
plant tests/named_test.sh 'true' ''
plant rules/a.cpp "int a;  // TO""DO: name it" 'left to do'
plant systemd/a.yaml "# FIX""ME" 'left to do'
plant tests/a.cpp 'mkdtemp("/tmp/tenggat-XXXXXX")' ''

echo "tidy: $faults faults; $plants plants"
((faults == 0))
