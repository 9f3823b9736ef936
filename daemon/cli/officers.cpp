// `tenggat officer`.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/officer_changes.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/roles.h"
#include "daemon/office/observers.h"
#include "daemon/office/officer_changes.h"
#include "daemon/office/signing_in.h"
#include "daemon/store/officer_changes.h"
#include "daemon/store/people.h"
#include "notifiers/phone.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Count = Option::Count;

constexpr std::size_t kLongestName = 120;

std::string checked_name(const std::string& name) {
  if (name.find_first_not_of(' ') == std::string::npos || name.size() > kLongestName ||
      printable(name) != name)
    throw BadUsage(fmt::format("--name is a name of at most {} bytes in one line", kLongestName));
  return name;
}

// Empty takes the address away.
std::string checked_email(const std::string& email) {
  if (!email.empty() && !notify::is_mail_address(email))
    throw Refused(fmt::format("--email `{}` is no mail address", printable(email)));
  return email;
}
std::string checked_phone(const std::string& phone) {
  if (phone.empty()) return phone;
  if (notify::is_foreign_phone(phone))
    throw Refused(
        fmt::format("--whatsapp `{}` is a foreign number; only Indonesian mobile numbers"
                    " (0812…, +62812…) are taken",
                    printable(phone)));
  auto normal = notify::normalise_phone(phone);
  if (!normal) {
    throw Refused(fmt::format("--whatsapp `{}` is no Indonesian mobile number (0812…, +62812…)",
                              printable(phone)));
  }
  return *normal;
}

// "email,whatsapp": the order to try them. Empty: all there are, WhatsApp first.
std::vector<std::string> checked_channels(const std::string& text) {
  std::vector<std::string> channels;
  for (std::size_t at = 0; !text.empty() && at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    channels.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const bool known = std::all_of(channels.begin(), channels.end(), [](const std::string& one) {
    return one == "whatsapp" || one == "email";
  });
  if (!known || (channels.size() == 2 && channels[0] == channels[1]) || channels.size() > 2)
    throw BadUsage("--channels is whatsapp, email, or both with a comma, the first to try first");
  return channels;
}

std::string checked_id(const Given& given) {
  std::string id = given.text_or("id", "");
  if (!store::valid_officer_id(id)) {
    throw BadUsage(
        "--id is 1 to 40 lower-case letters, digits, dots, dashes and underscores, and begins with "
        "a"
        " letter or digit");
  }
  return id;
}

[[noreturn]] void no_such_officer(const std::string& id) {
  throw Refused(fmt::format("there is no officer `{}`", printable(id)));
}

void refuse_what_stands_against(const store::OfficerChange& change) {
  if (change.kind == store::OfficerChange::Kind::waits_already)
    throw Refused(fmt::format(
        "change {0} of their addresses or roles waits already: confirm or stop that one first"
        " (officer change list, confirm, stop)",
        change.waiting));
  if (!change.shared()) return;
  const bool email = change.kind == store::OfficerChange::Kind::shared_email;
  throw Refused(fmt::format(
      "officer `{}`, who is in service, has this {} already: each needs one of their own, or one"
      " could sign in as the other",
      change.other, email ? "mail address" : "WhatsApp number"));
}

std::string in_service_until(const CivilDate& first_day_out) {
  return first_day_out.empty() ? "" : ", in service until the day before " + first_day_out;
}

// `waiting`: the number of a change that has yet to take effect; 0: none.
json::object of_change(const std::string& id, const CivilDate& first_day_out,
                       std::int64_t waiting) {
  return {{"officer", id},
          {"ended", first_day_out.empty() ? json::value() : json::value(first_day_out)},
          {"waiting_change", waiting > 0 ? json::value(waiting) : json::value()}};
}

pg::Awaitable<int> add_officer(DatabaseCall& call) {
  Officer officer{.id = checked_id(call.given),
                  .name = checked_name(call.given.text_or("name", "")),
                  .email = checked_email(call.given.text_or("email", "")),
                  .whatsapp = checked_phone(call.given.text_or("whatsapp", "")),
                  .roles = call.given.all("role"),
                  .leaves = {},
                  .ended = call.given.text_or("until", ""),
                  .channels = checked_channels(call.given.text_or("channels", ""))};
  if (!officer.ended.empty()) checked_date("until", officer.ended);
  const auto office = co_await read_office(call);
  check_roles(officer.roles, *office, call.config);
  const std::string id = officer.id;
  officer.ended = office::end_of_service(officer, office->rulebook, office->moment.now);
  const CivilDate until = officer.ended;
  if (addresses_of(officer).empty())
    call.terminal.err << "note: " << id << " has no channel and will get no messages\n";
  const auto added = co_await store::add_officer(call.connection, by(call), std::move(officer),
                                                 office::roles_in_person(office->rulebook));
  refuse_what_stands_against(added);
  if (!added.done())
    throw Refused(fmt::format("there is an officer `{}` already; see officer edit", id));
  std::string said = fmt::format("added {}{}\n", id, in_service_until(until));
  if (added.waiting) said += co_await words_of_waiting(call, *office, added.waiting);
  write_done(call, said, of_change(id, until, added.waiting));
  co_return kOk;
}

pg::Awaitable<int> edit_officer(DatabaseCall& call) {
  const std::string id = checked_id(call.given);
  store::OfficerEdit edit;
  if (const auto name = call.given.text("name")) edit.name = checked_name(*name);
  if (const auto email = call.given.text("email")) edit.email = checked_email(*email);
  if (const auto phone = call.given.text("whatsapp")) edit.whatsapp = checked_phone(*phone);
  if (call.given.has("role")) edit.roles = call.given.all("role");
  if (const auto channels = call.given.text("channels"))
    edit.channels = checked_channels(*channels);
  if (call.given.has("until")) edit.ended_on = date_option(call.given, "until");
  if (!edit.name && !edit.email && !edit.whatsapp && !edit.roles && !edit.channels &&
      !edit.ended_on)
    throw BadUsage(
        "nothing to change: give --name, --role, --email, --whatsapp, --channels or --until");
  const auto office = co_await read_office(call);
  if (edit.roles) {
    check_roles(*edit.roles, *office, call.config);
    office::end_observers_stay(edit, id, office->rulebook, office->moment.now);
  }
  const CivilDate until = edit.ended_on.value_or("");
  const auto edited = co_await store::edit_officer(call.connection, by(call), id, std::move(edit),
                                                   office::roles_in_person(office->rulebook));
  refuse_what_stands_against(edited);
  if (!edited.done()) no_such_officer(id);
  std::string said = fmt::format("changed {}{}\n", id, in_service_until(until));
  if (edited.waiting) said = co_await words_of_waiting(call, *office, edited.waiting);
  write_done(call, said, of_change(id, until, edited.waiting));
  co_return kOk;
}

json::object to_json(const Officer& officer, const std::vector<Delegation>& delegations) {
  json::array roles, leaves, given, held;
  for (const std::string& role : officer.roles) roles.emplace_back(role);
  for (const Leave& leave : officer.leaves)
    leaves.push_back(json::object{{"start", leave.start}, {"end", leave.end}});
  for (const Delegation& delegation : delegations) {
    if (delegation.from != officer.id) continue;
    given.push_back(json::object{{"id", delegation.id},
                                 {"to", delegation.to},
                                 {"kind", delegation.kind},
                                 {"start", delegation.start},
                                 {"end", delegation.end},
                                 {"letter", delegation.letter}});
  }
  json::value ended;
  if (!officer.ended.empty()) ended = officer.ended;
  return {{"id", officer.id},
          {"name", officer.name},
          {"roles", std::move(roles)},
          {"email", officer.email},
          {"whatsapp", officer.whatsapp},
          {"channels", json::array(officer.channels.begin(), officer.channels.end())},
          {"leaves", std::move(leaves)},
          {"delegations", std::move(given)},
          {"ended", std::move(ended)}};
}

// What keeps an officer away or makes a deputy of another, from today on.
std::string remarks(const Officer& officer, const People& people, const std::string& today,
                    const std::vector<store::WaitingChange>& waiting) {
  std::vector<std::string> all;
  for (const store::WaitingChange& one : waiting)
    if (one.officer == officer.id) all.push_back(fmt::format("change {} waits", one.id));
  if (!officer.ended.empty()) all.push_back("out of service from " + officer.ended);
  for (const Leave& leave : officer.leaves) {
    if (leave.end >= today) all.push_back(fmt::format("leave {} to {}", leave.start, leave.end));
  }
  for (const Delegation& delegation : people.delegations) {
    if (delegation.from == officer.id && delegation.end >= today) {
      all.push_back(fmt::format("{} {} {} to {} (delegation {})", delegation.kind, delegation.to,
                                delegation.start, delegation.end, delegation.id));
    }
  }
  for (const std::string& other : office::who_shares_address(people, officer, today))
    all.push_back(fmt::format("shares an address with {}: neither can sign in by it", other));
  return fmt::format("{}", fmt::join(all, "; "));
}

pg::Awaitable<int> list_officers(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const People& people = office->rulebook.people();
  if (call.given.has("json")) {
    json::array all;
    for (const Officer& officer : people.officers)
      all.push_back(to_json(officer, people.delegations));
    write_json(call.terminal.out, all);
    co_return kOk;
  }
  const std::string today = office->today();
  pg::Pipeline looking;
  const auto slot = store::add_waiting_changes(looking);
  const auto results = co_await call.connection.run(std::move(looking));
  const std::vector<store::WaitingChange> waiting = results[slot];
  std::vector<std::vector<std::string>> rows;
  for (const Officer& officer : people.officers) {
    rows.push_back({officer.id, officer.name, fmt::format("{}", fmt::join(officer.roles, ", ")),
                    officer.email, officer.whatsapp, remarks(officer, people, today, waiting)});
  }
  write_table(call.terminal.out, {"ID", "NAME", "ROLES", "EMAIL", "WHATSAPP", "REMARKS"}, rows);
  co_return kOk;
}

pg::Awaitable<int> add_leave(DatabaseCall& call) {
  const std::string id = checked_id(call.given);
  const std::string start = date_option(call.given, "start");
  if (call.given.has("cancel")) {
    const bool cancelled = co_await store::cancel_leave(call.connection, by(call), id, start);
    if (!cancelled) throw Refused(fmt::format("`{}` has no leave that begins on {}", id, start));
    write_done(call, fmt::format("cancelled the leave of {} from {}\n", id, start),
               {{"officer", id}, {"start", start}, {"cancelled", true}});
    co_return kOk;
  }
  const std::string end = date_option(call.given, "end");
  if (end < start) throw BadUsage("--end is before --start");
  const Leave leave{start, end};  // named: GCC 12 destroys a temporary here twice
  using Kind = store::LeaveAnswer::Kind;
  const store::LeaveAnswer added = co_await store::add_leave(
      call.connection, by(call), id, leave,
      call.given.has("replace") ? store::Overlapping::replaced : store::Overlapping::refused);
  if (added.kind == Kind::no_such_officer) no_such_officer(id);
  if (added.kind == Kind::overlaps)
    throw Refused(fmt::format(
        "`{0}` has a leave from {1} to {2} already: cancel it (--start {1} --cancel), or give"
        " --replace for the new one to take its place",
        id, added.with.start, added.with.end));
  write_done(call, fmt::format("{} is on leave from {} to {}\n", id, start, end),
             {{"officer", id}, {"start", start}, {"end", end}});
  co_return kOk;
}

pg::Awaitable<int> end_officer(DatabaseCall& call) {
  const std::string id = checked_id(call.given);
  std::string day = call.given.text_or("on", "");
  if (call.given.has("cancel")) {
    day.clear();
  } else if (day.empty()) {
    const auto office = co_await read_office(call);
    day = office->today();
  } else {
    checked_date("on", day);
  }
  const auto ended = co_await store::end_officer(call.connection, by(call), id, day);
  refuse_what_stands_against(ended);
  if (!ended.done()) no_such_officer(id);
  write_done(call,
             day.empty() ? fmt::format("{} is in service\n", id)
                         : fmt::format("{} is out of service from {}\n", id, day),
             of_change(id, day, 0));
  co_return kOk;
}

pg::Awaitable<int> delegate(DatabaseCall& call) {
  Delegation delegation{.id = 0,
                        .from = call.given.text_or("from", ""),
                        .to = call.given.text_or("to", ""),
                        .kind = call.given.text_or("kind", ""),
                        .start = date_option(call.given, "start"),
                        .end = date_option(call.given, "end"),
                        .letter = call.given.text_or("letter", "")};
  if (delegation.kind != "plh" && delegation.kind != "plt")
    throw BadUsage("--kind is plh (absence) or plt (vacancy)");
  if (delegation.end < delegation.start) throw BadUsage("--end is before --start");
  if (delegation.from == delegation.to) throw BadUsage("--from and --to are one person");
  if (delegation.letter.find_first_not_of(' ') == std::string::npos)
    throw BadUsage("--letter is the number of the letter of appointment");
  const Delegation asked = delegation;
  using Kind = store::DelegationAnswer::Kind;
  const auto added =
      co_await store::add_delegation(call.connection, by(call), std::move(delegation));
  if (added.kind == Kind::no_such_officer)
    throw Refused(
        fmt::format("`{}` or `{}` is no officer", printable(asked.from), printable(asked.to)));
  if (added.kind == Kind::overlaps)
    throw Refused(fmt::format(
        "{} stands in for {} on some of these days already, by delegation {}: end that first"
        " (officer delegate end {})",
        asked.to, asked.from, added.id, added.id));
  write_done(call,
             fmt::format("delegation {}: {} is {} for {} from {} to {}\n", added.id, asked.to,
                         asked.kind, asked.from, asked.start, asked.end),
             {{"delegation", added.id},
              {"from", asked.from},
              {"to", asked.to},
              {"kind", asked.kind},
              {"start", asked.start},
              {"end", asked.end}});
  co_return kOk;
}

pg::Awaitable<int> end_delegation(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  const bool ended = co_await store::end_delegation(call.connection, by(call), id);
  if (!ended) throw Refused(fmt::format("there is no delegation {} that has not been ended", id));
  write_done(call, fmt::format("ended delegation {}\n", id), {{"delegation", id}});
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

std::vector<Command> own_commands() {
  const Option id{"id", "ID", "the officer", Count::required};
  const Option role{"role", "ROLE", "a role of the SOPs, or admin; may be repeated",
                    Count::several};
  const Option email{"email", "ADDRESS", "mail address", Count::optional};
  const Option whatsapp{"whatsapp", "NUMBER", "mobile number, 0812… or +62812…", Count::optional};
  const Option channels{"channels", "LIST",
                        "whatsapp,email in the order to try them; one alone: only that"};
  const Option until{"until", "DATE", "first day no longer in service"};
  return {
      {"officer add",
       {},
       {id,
        {"name", "NAME", "as messages address them", Count::required},
        role,
        email,
        whatsapp,
        channels,
        until,
        kJsonOption,
        kConfigOption},
       "takes an officer into service",
       "Who only observes (pengawas) stays for 90 days, unless --until says otherwise.",
       run_work<add_officer>},
      {"officer edit",
       {},
       {id,
        {"name", "NAME", "as messages address them"},
        {"role", "ROLE", "all their roles from now on; may be repeated", Count::several},
        email,
        whatsapp,
        channels,
        until,
        kJsonOption,
        kConfigOption},
       "changes what is given, leaves the rest",
       "An empty --email or --whatsapp takes the channel away. Who only observes from now on\n"
       "(pengawas) and has no end of service gets one in 90 days, unless --until says otherwise.",
       run_work<edit_officer>},
      {"officer list",
       {},
       {kJsonOption, kConfigOption},
       "everybody, with roles, leave and delegations",
       "",
       run_work<list_officers>},
      {"officer leave",
       {},
       {id,
        {"start", "DATE", "first day of leave", Count::required},
        {"end", "DATE", "last day of leave", Count::optional},
        {"cancel", "", "take back the leave that begins on --start"},
        {"replace", "", "in place of the leaves that it overlaps"},
        kJsonOption,
        kConfigOption},
       "enters leave: reminders go to whoever stands in, the clocks run on",
       "One that overlaps another is refused, unless --replace says that it takes its place.",
       run_work<add_leave>},
      {"officer end",
       {},
       {id,
        {"on", "DATE", "first day no longer in service; today if left out"},
        {"cancel", "", "they stay"},
        kJsonOption,
        kConfigOption},
       "ends an officer's service; their history stays",
       "",
       run_work<end_officer>},
      {"officer delegate",
       {},
       {{"from", "ID", "whose duties", Count::required},
        {"to", "ID", "who acts for them", Count::required},
        {"kind", "plh|plt", "plh: absence; plt: vacancy", Count::required},
        {"start", "DATE", "from its midnight", Count::required},
        {"end", "DATE", "to the midnight after it", Count::required},
        {"letter", "NUMBER", "of the letter of appointment (surat perintah)", Count::required},
        kJsonOption,
        kConfigOption},
       "appoints a deputy (Plh., Plt.)",
       "",
       run_work<delegate>},
      {"officer delegate end",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "ends a delegation at once",
       "",
       run_work<end_delegation>},
  };
}

}  // namespace

std::vector<Command> officer_commands() {
  std::vector<Command> all = own_commands();
  for (Command& command : officer_change_commands()) all.push_back(std::move(command));
  return all;
}

}  // namespace tenggat::cli
