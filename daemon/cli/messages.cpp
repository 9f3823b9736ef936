// `tenggat message`.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/store/messages.h"
#include "daemon/store/restoring.h"
#include "notifiers/phone.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

constexpr int kMostListed = 10'000;

std::string masked(const store::MessageRow& message) {
  return message.address.find('@') == std::string::npos ? notify::mask_phone(message.address)
                                                        : notify::mask_email(message.address);
}

json::value or_null(const std::optional<Instant>& t, const Office& office) {
  if (!t) return nullptr;
  return json::value(office.text(*t));
}

// The furthest it came.
std::string receipt_of(const store::MessageRow& message, const Office& office) {
  if (message.read_at) return "read " + office.text(*message.read_at);
  if (message.delivered_at) return "delivered " + office.text(*message.delivered_at);
  if (message.undelivered_at) return "undelivered " + message.undelivered_reason;
  return "";
}

json::array listed(const std::vector<store::MessageRow>& messages, const Office& office) {
  json::array all;
  for (const store::MessageRow& message : messages)
    all.push_back(json::object{{"id", message.id},
                               {"state", message.state},
                               {"channel", message.channel},
                               {"recipient", message.recipient},
                               {"address", masked(message)},
                               {"text", message.text},
                               {"subject", message.subject},
                               {"attempts", message.attempts},
                               {"reason", message.reason},
                               {"rendered_at", office.text(message.rendered_at)},
                               {"delivered_at", or_null(message.delivered_at, office)},
                               {"read_at", or_null(message.read_at, office)},
                               {"undelivered_at", or_null(message.undelivered_at, office)},
                               {"undelivered_reason", message.undelivered_reason}});
  return all;
}

std::vector<std::vector<std::string>> rows_of(const std::vector<store::MessageRow>& messages,
                                              const Office& office) {
  std::vector<std::vector<std::string>> rows;
  for (const store::MessageRow& message : messages)
    rows.push_back({std::to_string(message.id), message.state, message.channel, message.recipient,
                    masked(message), message.text, std::to_string(message.attempts), message.reason,
                    receipt_of(message, office), office.text(message.rendered_at)});
  return rows;
}

int limit_of(const Given& given) {
  const std::string text = given.text_or("limit", "100");
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > kMostListed)
    throw BadUsage(fmt::format("--limit is a number from 1 to {}", kMostListed));
  return limit;
}

pg::Awaitable<int> list_messages(DatabaseCall& call) {
  store::MessageQuery query{.state = call.given.text_or("state", ""),
                            .limit = limit_of(call.given)};
  if (!query.state.empty() && std::ranges::none_of(store::kMessageStates, [&](const char* state) {
        return query.state == state;
      }))
    throw BadUsage(fmt::format("--state is one of {}", fmt::join(store::kMessageStates, ", ")));
  const auto office = co_await read_office(call);
  const auto messages = co_await store::list_messages(call.connection, std::move(query));
  if (call.given.has("json")) {
    write_json(call.terminal.out, listed(messages, *office));
    co_return kOk;
  }
  write_table(
      call.terminal.out,
      {"ID", "STATE", "CHANNEL", "TO", "ADDRESS", "TEXT", "TRIES", "REASON", "RECEIPT", "RENDERED"},
      rows_of(messages, *office));
  co_return kOk;
}

void check_change(store::MessageChange change, std::int64_t id, const char* wrong_state) {
  if (change == store::MessageChange::not_found)
    throw Refused(fmt::format("there is no message {}", id));
  if (change == store::MessageChange::wrong_state)
    throw Refused(fmt::format("message {} {}", id, wrong_state));
}

pg::Awaitable<int> retry_message(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  check_change(co_await store::retry_message(call.connection, by(call), id), id,
               "is not dead: only what was given up is tried again");
  write_done(call, fmt::format("message {} is queued again\n", id), {{"message", id}});
  co_return kOk;
}

pg::Awaitable<int> discard_message(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  check_change(co_await store::discard_message(call.connection, by(call), id), id,
               "is being sent or was sent: there is nothing to discard");
  write_done(call, fmt::format("message {} is discarded\n", id), {{"message", id}});
  co_return kOk;
}

pg::Awaitable<int> release_messages(DatabaseCall& call) {
  const auto released = co_await store::release_messages(call.connection, by(call));
  const store::Unsent unsent = released.value_or(store::Unsent{});
  if (call.given.has("json"))
    write_json(call.terminal.out, json::object{{"held", released.has_value()},
                                               {"messages", unsent.messages},
                                               {"notices", unsent.notices},
                                               {"posts", unsent.posts}});
  else if (!released)
    call.terminal.out << "nothing is held: that is so after `tenggat db restored` alone\n";
  else
    call.terminal.out << fmt::format(
        "released: {} messages, {} notices that are none yet, {} posts to the portal\n",
        unsent.messages, unsent.notices, unsent.posts);
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

}  // namespace

std::vector<Command> message_commands() {
  return {
      {"message list",
       {},
       {{"state", "STATE", "queued, accepted, failed, dead or trial"},
        {"limit", "N", "at most so many, 100 if left out"},
        kJsonOption,
        kConfigOption},
       "messages, the newest first, addresses masked",
       "",
       run_work<list_messages>},
      {"message retry",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "queues a dead message again",
       "",
       run_work<retry_message>},
      {"message discard",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "gives a dead or waiting message up for good",
       "",
       run_work<discard_message>},
      {"message release",
       {},
       {kConfigOption, kJsonOption},
       "lets leave what has been held since `tenggat db restored`",
       "What should not leave is discarded before: `message list --state queued`, then\n"
       "`message discard ID`.",
       run_work<release_messages>},
  };
}

}  // namespace tenggat::cli
