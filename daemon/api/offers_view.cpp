#include "daemon/api/offers_view.h"

#include <boost/json/object.hpp>

#include "daemon/api/form_view.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using Memory = const json::storage_ptr&;
using What = Offer::What;

const char* call_of(What what) {
  switch (what) {
    case What::act:
    case What::withdraw:
      return "actions";
    case What::undo:
      return "undo";
    case What::claim:
      return "claim";
    case What::release:
      return "release";
    case What::assign:
      return "assign";
    case What::escalate:
      return "escalate";
    case What::acknowledge:
      return "acknowledge";
    case What::pause:
    case What::extend:
      return "pause";
    case What::resume:
    case What::answer:
      return "resume";
    case What::confirm:
      return "confirm";
    case What::correct:
      return "correct";
    case What::direct:
      return "direct";
    case What::respond:
      return "respond";
    case What::write_in:
    case What::reach_applicant:
    case What::open_document:
    case What::note:
    case What::bring:
    case What::plan_visit:
      break;
  }
  return nullptr;  // no call of the API
}

json::array branches_view(const std::vector<const Step*>& branches, Memory memory) {
  json::array views(memory);
  for (const Step* one : branches)
    views.push_back(json::object({{"step", one->id}, {"name", one->short_name}}, memory));
  return views;
}

json::object until_view(const Wanted& wanted, const Calendar& calendar, Memory memory) {
  json::object view({{"required", wanted.until == Wanted::Until::required},
                     {"after", calendar.format(wanted.until_after)},
                     {"latest", nullptr}},
                    memory);
  if (wanted.until_latest) view["latest"] = calendar.format(*wanted.until_latest);
  return view;
}

void add_action(json::object& view, const Offer& offer) {
  const json::storage_ptr memory = view.storage();
  const ActionRule& action = *offer.action;
  const Wanted& wanted = offer.wanted;
  json::array fields(memory);
  for (const Field* field : wanted.fields) fields.push_back(field_view(*field, memory));
  view["action"] = action.id;
  view["button"] = action.words.button.empty() ? action.id : action.words.button;
  view["note"] = to_string(wanted.note);
  view["documents"] = outputs_view(wanted.files, memory);
  view["outcome"] = wanted.outcome;
  view["branches"] = branches_view(wanted.branches, memory);
  view["fields"] = std::move(fields);
  view["requirements"] = requirements_view(wanted.requirements, memory);
}

void add_names(json::object& view, const Offer& offer, const Calendar& calendar) {
  if (offer.what == What::withdraw) view["action"] = kWithdrawal;
  if (offer.action) add_action(view, offer);
  if (offer.pause) {
    view["reason"] = offer.pause->id;
    view["requirement"] = offer.wanted.requirement;
    if (offer.wanted.until != Wanted::Until::none)
      view["until"] = until_view(offer.wanted, calendar, view.storage());
  }
  if (offer.what == What::direct) view["note"] = to_string(offer.wanted.note);
  if (offer.what == What::respond)
    view["until"] = until_view(offer.wanted, calendar, view.storage());
  if (offer.obstacle) view["reason"] = offer.obstacle->id;
  if (!offer.officer.empty()) view["officer"] = offer.officer;
}

json::value refusal_view(const std::optional<Refusal>& refusal, Language language, Memory memory) {
  if (!refusal) return nullptr;
  return json::object({{"code", to_string(refusal->reason())},
                       {"detail", in_language(language, refusal->detail())}},
                      memory);
}

}  // namespace

json::array offers_view(const Permit& permit, const Actor& actor, const Context& context,
                        Language language, Memory memory) {
  json::array views(memory);
  for (const Offer& offer : offers(permit, actor, context)) {
    const char* call = call_of(offer.what);
    if (!call || (offer.what == What::assign && !offer.stands())) continue;
    const Visit* visit = permit.find_visit(offer.visit);
    json::object view(memory);
    view.reserve(16);  // all of its fields
    view["call"] = call;
    view["step"] = nullptr;
    view["visit"] = nullptr;
    if (visit) view["step"] = visit->step;
    if (visit) view["visit"] = label(*visit);
    add_names(view, offer, context.calendar);
    view["is_so_already"] = offer.is_so_already;
    view["why_not"] = refusal_view(offer.why_not, language, memory);
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace tenggat::http
