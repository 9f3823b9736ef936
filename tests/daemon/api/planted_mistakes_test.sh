#!/usr/bin/env bash
# The authorization matrix can fail: mistakes that let somebody in where they do not belong, planted
# one by one into a copy of a file. With each, authorization_matrix_test must fail.
#   tests/daemon/api/planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]
#
# HOW_MANY plants the first ones only; that every mistake still finds its place is checked always.
# Nothing is built but the file with the mistake: it is linked before the library that has it without.
set -euo pipefail
export LC_ALL=C
usage='usage: planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]'
source=$(cd "${1:?$usage}" && pwd -P)
build=$(cd "${2:?$usage}" && pwd -P)
how_many=${3:-1000}

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

link=$(ninja -C "$build" -t commands authorization_matrix_test | tail -n 1)
[[ $link == *' -o tests/daemon/api/authorization_matrix_test '* ]] || { echo "not the command that links: $link"; exit 1; }

# with_file FILE: the matrix's program with $copy/mistaken.cpp in the place of FILE.
with_file() {
  local command
  command=$(jq -r --arg file "$source/$1" '.[] | select(.file == $file) | .command' "$build/compile_commands.json" | head -n 1)
  command=${command/" -o "*" -c "/" -w -o $copy/mistaken.o -c "}
  command=${command/"$source/$1"/"$copy/mistaken.cpp"}
  (cd "$build" && eval "$command" &&
    eval "${link/" -o tests/daemon/api/authorization_matrix_test "/" $copy/mistaken.o -o $copy/matrix "}")
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
  if (cd "$copy" && timeout 300 ./matrix) >"$copy/log" 2>&1; then
    fault "survives: $name"
    return
  fi
  # What ends otherwise, by a signal or by taking for ever, tells nothing of the matrix.
  if ! grep -q '^\[  FAILED  \] Matrix\.' "$copy/log"; then
    fault "ends without a failed test: $name"
    tail -n 5 "$copy/log"
    return
  fi
  printf 'caught in %3d cells: %s\n' "$(grep -c ': Failure' "$copy/log")" "$name"
}

plant 'a route without a check' daemon/http/api.cpp \
  'if (!access && !may_act) {' \
  'if (!access && !may_act && request.route != "notice_list") {'
plant 'a check of the role but not of the permit' daemon/http/authorize.cpp \
  'if (question.created_by && *question.created_by != service.id)' \
  'if (false)'
plant 'on_behalf_of without scope' daemon/http/authorize.cpp \
  'if ((who & kForOfficer) && service.has("act")) return Access{Capacity::for_officer, false};' \
  'if (who & kForOfficer) return Access{Capacity::for_officer, false};'
plant 'a permit is shown without asking whose it is' daemon/http/api_permits.cpp \
  'if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);
  co_return json_response(' \
  'co_return json_response('
plant "a command on another service's permit" daemon/http/api_permits.cpp \
  'if (call.access.own_only) {' \
  'if (false) {'
plant 'on_behalf_of is read and not asked about' daemon/http/api_permits.cpp \
  'if (!access) co_return problem(request, access.error().code, access.error().detail);
  call.access = *access;' \
  'if (access) call.access = *access; else call.access = {Capacity::for_officer, false};'
plant "the list holds everybody's permits" daemon/http/api_permits.cpp \
  'if (call.access.own_only) filter.created_by = call.principal.id;' \
  ''
plant "the changes are everybody's" daemon/http/api_events.cpp \
  'if (call.access.own_only && change.created_by != call.principal.id) continue;' \
  ''
plant 'tokens do not end' daemon/http/api.cpp \
  'if (!token || !token->live(Clock::machine_now())) return std::nullopt;' \
  'if (!token) return std::nullopt;'
plant 'officers do not leave' daemon/http/api.cpp \
  'if (officer->ended.empty()) return true;' \
  'return true;'
plant 'whoever has left hands in files' daemon/http/api_files.cpp \
  'const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const auto kept' \
  'const Reading found = co_await std::move(reading);
  const auto kept'
plant "a dashboard sees the applicant's channels" daemon/http/authorize.cpp \
  '{Field::contact, kOfficer | kAdmin | kIntakeOwn},' \
  '{Field::contact, kOfficer | kAdmin | kIntakeOwn | kRead},'
plant "an officer sees the applicant's link" daemon/http/authorize.cpp \
  '{Field::tracking_link, kIntakeOwn},' \
  '{Field::tracking_link, kIntakeOwn | kOfficer},'
plant 'a dashboard reads notes' daemon/http/authorize.cpp \
  '{Field::notes, kOfficer | kAdmin},' \
  '{Field::notes, kOfficer | kAdmin | kRead},'
plant "an acting service sees the applicant's channels in an answer" daemon/http/view.cpp \
  'const bool contact = actor.via.empty() || actor.via == stored.permit.created_by;' \
  'const bool contact = true;'
plant 'every officer is an administrator' daemon/http/authorize.cpp \
  '{"officer_list", kAdmin},' \
  '{"officer_list", kAdmin | kOfficer},'
plant 'a form without our token acts' daemon/pages/pages.cpp \
  'if (call.who && !equal_in_constant_time(call.form.text("token"), call.who->visitor.csrf))
      co_return stale_form(call);' \
  ''
plant "a page of officers' is for everybody" daemon/http/authorize.cpp \
  '{"page_search", kOfficer},' \
  '{"page_search", kAnyone},'

# The way there is sound: a copy without a mistake passes.
if ((how_many > listed)); then
  cp "$source/daemon/http/authorize.cpp" "$copy/mistaken.cpp"
  with_file daemon/http/authorize.cpp
  (cd "$copy" && ./matrix) >"$copy/log" 2>&1 || { cat "$copy/log"; fault 'fails without a mistake'; }
fi
echo "planted mistakes: $planted of $listed planted, $faults faults"
((faults == 0))
