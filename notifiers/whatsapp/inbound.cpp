#include "notifiers/whatsapp/inbound.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <utility>

#include "notifiers/phone.h"
#include "notifiers/utf8.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::notify {
namespace json = boost::json;
namespace {

bool is_true(const json::value* value) {
  if (value != nullptr && value->is_bool()) return value->as_bool();
  return lower(text(value)) == "true" || id_text(value) == "1";
}

// Of what came instead of a text, with what was written under it.
std::string instead_of_text(std::string_view kind, std::string_view caption) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kKinds{
      {{"image", "gambar"},
       {"video", "video"},
       {"audio", "suara"},
       {"voice", "suara"},
       {"ptt", "suara"},
       {"document", "dokumen"},
       {"sticker", "stiker"},
       {"location", "lokasi"},
       {"contacts", "kontak"},
       {"reaction", ""},  // says nothing to answer
       {"system", ""}}};
  const auto known = std::ranges::find(kKinds, kind, &decltype(kKinds)::value_type::first);
  if (known != kKinds.end() && known->second.empty()) return {};
  std::string said = "[" + std::string(known == kKinds.end() ? "pesan bukan teks" : known->second) +
                     ", tidak disimpan]";
  if (!caption.empty()) said += " " + std::string(caption);
  return said;
}

// developers.facebook.com, WhatsApp Business Platform, Webhooks, "messages":
// entry[].changes[].value.messages[] {from, id, timestamp, type, text: {body}}; those of groups
// name a group_id.
void add_meta(std::vector<Inbound>& all, const json::value& body) {
  for (const json::value* entry : items(at(&body, "entry")))
    for (const json::value* change : items(at(entry, "changes")))
      for (const json::value* one : items(at(at(change, "value"), "messages"))) {
        if (at(one, "group_id") != nullptr) continue;
        Inbound message;
        message.provider_id = id_text(at(one, "id"));
        message.from = text(at(one, "from"));
        message.at = receipt_time(at(one, "timestamp"));
        const std::string kind(text(at(one, "type")));
        message.text = text(at(at(one, "text"), "body"));
        if (kind == "button") message.text = text(at(at(one, "button"), "text"));
        if (message.text.empty() && kind != "text")
          message.text = instead_of_text(kind, text(at(at(one, kind), "caption")));
        all.push_back(std::move(message));
      }
}

// waha.devlike.pro, Events, "message": {event, payload: {id, timestamp, from: "62…@c.us", fromMe,
// body, hasMedia}}. A number that WhatsApp hides ends in "@lid", a group's in "@g.us".
void add_waha(std::vector<Inbound>& all, const json::value& body) {
  if (text(at(&body, "event")) != "message") return;
  const json::value* payload = at(&body, "payload");
  if (is_true(at(payload, "fromMe"))) return;
  const std::string_view from = text(at(payload, "from"));
  const std::size_t host = from.find('@');
  if (host == std::string_view::npos) return;
  const std::string_view of = from.substr(host);
  if (of != "@c.us" && of != "@s.whatsapp.net") return;
  Inbound message;
  message.provider_id = id_text(at(payload, "id"));
  message.from = from.substr(0, host);
  message.at = receipt_time(at(payload, "timestamp"));
  message.text = text(at(payload, "body"));
  if (is_true(at(payload, "hasMedia"))) message.text = instead_of_text("media", message.text);
  all.push_back(std::move(message));
}

// docs.fonnte.com, Webhook: {device, sender, message, name, isgroup, inboxid, type, url}. A receipt
// has no sender.
void add_fonnte(std::vector<Inbound>& all, const json::value& body) {
  if (is_true(at(&body, "isgroup"))) return;
  Inbound message;
  message.from = id_text(at(&body, "sender"));
  message.text = text(at(&body, "message"));
  if (const std::string id = id_text(at(&body, "inboxid")); id != "0") message.provider_id = id;
  message.at = receipt_time(at(&body, "timestamp"));
  const std::string kind = lower(text(at(&body, "type")));
  if (!kind.empty() && kind != "text") message.text = instead_of_text(kind, message.text);
  all.push_back(std::move(message));
}

// wablas.com, Documentation, Webhook: {id, pushName, isGroup, message, phone, messageType, sender,
// timestamp}. A receipt has a status and no message.
void add_wablas(std::vector<Inbound>& all, const json::value& body) {
  if (is_true(at(&body, "isGroup")) || is_true(at(&body, "isFromMe")) ||
      at(&body, "status") != nullptr)
    return;
  Inbound message;
  message.provider_id = id_text(at(&body, "id"));
  message.from = id_text(at(&body, "phone"));
  message.text = text(at(&body, "message"));
  message.at = receipt_time(at(&body, "timestamp"));
  const std::string kind = lower(text(at(&body, "messageType")));
  if (!kind.empty() && kind != "text") message.text = instead_of_text(kind, message.text);
  all.push_back(std::move(message));
}

// Ours: {"messages": [{id?, from, text, at?}]}.
void add_gateway(std::vector<Inbound>& all, const json::value& body) {
  for (const json::value* one : items(at(&body, "messages"))) {
    Inbound message;
    message.provider_id = id_text(at(one, "id"));
    message.from = id_text(at(one, "from"));
    message.text = text(at(one, "text"));
    message.at = receipt_time(at(one, "at"));
    all.push_back(std::move(message));
  }
}

struct Form {
  std::string_view provider;
  void (*add)(std::vector<Inbound>& all, const json::value& body);
};
constexpr std::array<Form, 5> kForms{{{"meta", add_meta},
                                      {"fonnte", add_fonnte},
                                      {"wablas", add_wablas},
                                      {"waha", add_waha},
                                      {"webhook", add_gateway}}};

// Made fit to be kept; false where nothing is left of it.
bool made_fit(Inbound& message) {
  const auto number = normalise_phone(message.from);
  if (!number) return false;
  message.from = *number;
  message.text = first_characters(one_line(message.text), kLongestInbound);
  return !message.text.empty();
}

}  // namespace

std::vector<Inbound> read_inbound(std::string_view provider, std::string_view raw_body) {
  std::vector<Inbound> all;
  const auto form = std::ranges::find(kForms, provider, &Form::provider);
  boost::system::error_code error;
  const json::value body = json::parse(raw_body, error);
  if (form == kForms.end() || error) return all;
  form->add(all, body);
  std::erase_if(all, [](Inbound& one) { return !made_fit(one); });
  if (all.size() > kInboundAtOnce) all.resize(kInboundAtOnce);
  return all;
}

}  // namespace tenggat::notify
