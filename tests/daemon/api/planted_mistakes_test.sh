#!/usr/bin/env bash
# The authorization matrix can fail: mistakes that let somebody in where they do not belong.
#   tests/daemon/api/planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]
set -euo pipefail
# shellcheck source=tests/support/planting.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../support/planting.sh" authorization_matrix_test tests/daemon/api "$@"

judge() {
  if grep -q '^\[  FAILED  \] Matrix\.' "$copy/log"; then
    printf 'caught in %3d cells: %s\n' "$(grep -c ': Failure' "$copy/log")" "$1"
  else
    ends_otherwise "$1"
  fi
}

plant 'a route without a check' daemon/api/api_entrance.cpp \
  'const auto access = authorize(principal ? &*principal : nullptr, call->row.who);' \
  'const auto access = authorize(principal ? &*principal : nullptr, request.route == "notice_list" ? Who::anyone : call->row.who);'
plant 'a check of the role but not of the permit' daemon/api/authorize.cpp \
  'if (access.own_only && created_by != principal.id)' \
  'if (false)'
plant 'on_behalf_of without scope' daemon/api/authorize.cpp \
  'const bool may_act = includes(who, Who::for_officer) && service.has("act");' \
  'const bool may_act = includes(who, Who::for_officer);'
plant 'a permit is shown without asking whose it is' daemon/api/api_permits.cpp \
  'if (auto refusal = refuse_other(call, permit->second)) co_return std::move(*refusal);
  const Beside beside' \
  'const Beside beside'
plant "a command on another service's permit" daemon/api/api_permits.cpp \
  'if (call.access.own_only) {' \
  'if (false) {'
plant 'on_behalf_of is read and not asked about' daemon/api/api_permits.cpp \
  'if (!access) co_return problem(request, access.error().code, access.error().detail());
  call.access = *access;' \
  'if (access) call.access = *access; else call.access = {Capacity::for_officer, false};'
plant "the list holds everybody's permits" daemon/api/api_permits.cpp \
  'if (call.access.own_only) filter.created_by = call.principal.id;' \
  ''
plant "the changes are everybody's" daemon/api/api_events.cpp \
  'if (call.access.own_only && change.created_by != call.principal.id) continue;' \
  ''
plant 'tokens do not end' daemon/api/api.cpp \
  'if (!token || !token->live(Clock::machine_now())) return std::nullopt;' \
  'if (!token) return std::nullopt;'
plant 'officers do not leave' daemon/api/api.cpp \
  'if (officer->ended.empty()) return true;' \
  'return true;'
plant 'whoever has left hands in files' daemon/api/api_files.cpp \
  'if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  account->know' \
  'account->know'
plant "a dashboard sees the applicant's channels" daemon/api/authorize.cpp \
  '{Field::contact, Who::officer | Who::admin | Who::intake_own},' \
  '{Field::contact, Who::officer | Who::admin | Who::intake_own | Who::read},'
plant "an officer sees the applicant's link" daemon/api/authorize.cpp \
  '{Field::tracking_link, Who::intake_own},' \
  '{Field::tracking_link, Who::intake_own | Who::officer},'
plant 'a dashboard reads notes' daemon/api/authorize.cpp \
  '{Field::notes, Who::officer | Who::admin},' \
  '{Field::notes, Who::officer | Who::admin | Who::read},'
plant "an acting service sees the applicant's channels in an answer" daemon/api/view.cpp \
  '(facts.actor.via.empty() || facts.actor.via == permit.created_by);' \
  'true;'
plant "a token acts for officers in every role" daemon/api/api_permits.cpp \
  'return {Actor::Kind::officer, on_behalf_of, call.principal.id, call.principal.roles};' \
  'return {Actor::Kind::officer, on_behalf_of, call.principal.id};'
plant 'every officer is an administrator' daemon/api/api_admin.cpp \
  '"officer_list", Who::admin,' \
  '"officer_list", Who::admin | Who::officer,'
plant 'a form without our token acts' daemon/pages/page_entrance.cpp \
  'if (call.who && !equal_in_constant_time(call.form.text("token"), call.who->visitor.csrf)) {' \
  'if (false) {'
plant "a page of officers' is for everybody" daemon/pages/search.cpp \
  '"page_search", Who::officer,' \
  '"page_search", Who::anyone,'

if ((how_many > listed)); then passes_unharmed daemon/api/authorize.cpp; fi
say_planted
