#include "tests/support/meta_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <condition_variable>
#include <deque>
#include <istream>
#include <map>
#include <mutex>
#include <optional>

#include "tests/support/scripted_server.h"

namespace tenggat::test {
namespace json = boost::json;
namespace {

constexpr const char* kToken = "token-uji";
constexpr const char* kNumberId = "109876543210";
constexpr const char* kVersion = "v23.0";
constexpr const char* kAccountId = "102290129340398";
constexpr std::size_t kTemplatesOfAPage = 25;  // Meta gives fewer than asked for where it likes

struct Request {
  std::string start_line;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct Refusal {
  int http_status;
  int code;
  std::string why;
};

std::optional<Request> read_request(std::istream& peer) {
  Request request;
  request.start_line = read_line(peer);
  for (std::string line = read_line(peer); !line.empty(); line = read_line(peer)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) return std::nullopt;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto start = line.find_first_not_of(' ', colon + 1);
    request.headers[name] = start == std::string::npos ? "" : line.substr(start);
  }
  if (peer && request.start_line.starts_with("GET ")) return request;
  if (!peer || !request.headers.contains("content-length")) return std::nullopt;
  request.body.resize(std::stoul(request.headers["content-length"]));
  peer.read(request.body.data(), static_cast<std::streamsize>(request.body.size()));
  if (!peer) return std::nullopt;
  return request;
}

bool has_exactly(const json::value& value, std::initializer_list<std::string_view> keys) {
  if (!value.is_object() || value.as_object().size() != keys.size()) return false;
  return std::ranges::all_of(keys,
                             [&](std::string_view key) { return value.as_object().contains(key); });
}

bool is_phone(std::string_view to) {
  return to.starts_with("628") &&
         std::ranges::all_of(to, [](char c) { return c >= '0' && c <= '9'; });
}

// What Meta does not take in a parameter: line breaks, tabs, more than four blanks in a row.
bool is_parameter(std::string_view text) {
  return !text.empty() && text.find_first_of("\r\n\t") == std::string_view::npos &&
         text.find("     ") == std::string_view::npos;
}

std::optional<Refusal> read_parameters(const json::value& components,
                                       std::vector<std::string>& into) {
  if (!components.is_array() || components.as_array().size() > 1)
    return Refusal{400, 100, "components"};
  for (const json::value& component : components.as_array()) {
    if (!has_exactly(component, {"type", "parameters"}) || component.at("type") != "body" ||
        !component.at("parameters").is_array()) {
      return Refusal{400, 100, "a component is not {type: body, parameters: [...]}"};
    }
    for (const json::value& parameter : component.at("parameters").as_array()) {
      if (!has_exactly(parameter, {"type", "text"}) || parameter.at("type") != "text" ||
          !parameter.at("text").is_string()) {
        return Refusal{400, 100, "a parameter is not {type: text, text: ...}"};
      }
      into.emplace_back(parameter.at("text").as_string());
      if (!is_parameter(into.back())) return Refusal{400, 132018, "line break, tab or blanks"};
    }
  }
  return std::nullopt;
}

// What answers a person needs no template.
std::optional<Refusal> read_text(const json::value& body, MetaSink::Taken& into) {
  if (!has_exactly(body, {"messaging_product", "to", "type", "biz_opaque_callback_data", "text"}))
    return Refusal{400, 100, "keys of the text"};
  if (!body.at("to").is_string() || !is_phone(body.at("to").as_string()))
    return Refusal{400, 131009, "to is no phone"};
  const json::value& text = body.at("text");
  if (!has_exactly(text, {"preview_url", "body"}) || !text.at("body").is_string() ||
      text.at("body").as_string().empty() || text.at("body").as_string().size() > 4096)
    return Refusal{400, 100, "the text's body"};
  into.to = body.at("to").as_string();
  into.message = body.at("biz_opaque_callback_data").as_string();
  into.template_name = "(text)";
  return std::nullopt;
}

std::optional<Refusal> read_template(const json::value& body, MetaSink::Taken& into) {
  if (!has_exactly(body,
                   {"messaging_product", "to", "type", "biz_opaque_callback_data", "template"})) {
    return Refusal{400, 100, "keys of the message"};
  }
  if (body.at("messaging_product") != "whatsapp" || body.at("type") != "template") {
    return Refusal{400, 100, "messaging_product or type"};
  }
  if (!body.at("to").is_string() || !is_phone(body.at("to").as_string())) {
    return Refusal{400, 131009, "to is no phone"};
  }
  if (!body.at("biz_opaque_callback_data").is_string() ||
      body.at("biz_opaque_callback_data").as_string().size() > 512) {
    return Refusal{400, 100, "biz_opaque_callback_data"};
  }
  into.to = body.at("to").as_string();
  into.message = body.at("biz_opaque_callback_data").as_string();
  const json::value& shape = body.at("template");
  if (!has_exactly(shape, {"name", "language", "components"}) || !shape.at("name").is_string()) {
    return Refusal{400, 100, "keys of the template"};
  }
  into.template_name = shape.at("name").as_string();
  if (shape.at("language") != json::value{{"code", "id"}}) {
    return Refusal{404, 132001, "no such language"};
  }
  return read_parameters(shape.at("components"), into.parameters);
}

std::string error_body(int code, const std::string& details) {
  return json::serialize(json::object{
      {"error", json::object{{"message", fmt::format("(#{}) refused", code)},
                             {"type", "OAuthException"},
                             {"code", code},
                             {"error_data", json::object{{"messaging_product", "whatsapp"},
                                                         {"details", details}}},
                             {"fbtrace_id", "uji"}}}});
}

std::string http_answer(int status, const std::string& body, const std::string& extra_header) {
  return fmt::format(
      "HTTP/1.1 {} x\r\nContent-Type: application/json; charset=UTF-8\r\n{}Content-Length: "
      "{}\r\nConnection: close\r\n\r\n{}",
      status, extra_header.empty() ? "" : extra_header + "\r\n", body.size(), body);
}

}  // namespace

struct MetaSink::Impl {
  struct Scripted {
    bool cut = false;
    int http_status = 0, code = 0;
    std::string extra_header;
  };

  explicit Impl(const notify::Texts& approved) {
    for (const notify::Text& text : approved.all()) {
      parameters_of[text.template_name] =
          notify::template_body(text.body, notify::sample_fields()).parameters.size();
      if (std::ranges::find(templates, text.template_name, &notify::meta::TemplateState::name) ==
          templates.end())
        templates.push_back({text.template_name, approved.language(), "APPROVED", ""});
    }
  }

  std::optional<Refusal> judge(const Request& request, Taken& into) const {
    if (request.start_line != fmt::format("POST /{}/{}/messages HTTP/1.1", kVersion, kNumberId)) {
      return Refusal{404, 100, "path: " + request.start_line};
    }
    const auto header = [&request](const std::string& name) {
      const auto found = request.headers.find(name);
      return found == request.headers.end() ? std::string() : found->second;
    };
    if (header("authorization") != std::string("Bearer ") + kToken)
      return Refusal{401, 190, "token"};
    if (header("content-type") != "application/json") return Refusal{400, 100, "content type"};
    boost::system::error_code error;
    const json::value body = json::parse(request.body, error);
    if (error) return Refusal{400, 100, "not JSON"};
    if (body.is_object() && body.as_object().contains("text")) return read_text(body, into);
    if (auto refusal = read_template(body, into)) return refusal;
    const auto known = parameters_of.find(into.template_name);
    if (known == parameters_of.end()) return Refusal{404, 132001, "template " + into.template_name};
    if (known->second != into.parameters.size())
      return Refusal{400, 132000, "number of parameters"};
    return std::nullopt;
  }

  // The page that was asked for; as Meta does, it names a cursor on the last one, too, and where
  // the next begins only where there is one.
  std::string page_of_templates(std::size_t from) const {
    json::array data;
    const std::size_t to = std::min(templates.size(), from + kTemplatesOfAPage);
    for (std::size_t i = from; i < to; ++i) {
      const notify::meta::TemplateState& one = templates[i];
      data.push_back(json::object{{"name", one.name},
                                  {"language", one.language},
                                  {"status", one.status},
                                  {"category", "UTILITY"},
                                  {"rejected_reason", one.reason.empty() ? "NONE" : one.reason},
                                  {"id", std::to_string(594425479261596 + i)}});
    }
    json::object paging{
        {"cursors", json::object{{"before", "MAZDZD"}, {"after", fmt::format("QVFI-{}", to)}}}};
    if (to < templates.size()) paging["next"] = "https://graph.example/elsewhere";
    return json::serialize(json::object{{"data", std::move(data)}, {"paging", std::move(paging)}});
  }

  void serve_templates(const Request& request, std::iostream& peer) {
    const std::lock_guard lock(mutex);
    ++templates_asked;
    const std::string start = fmt::format(
        "GET /{}/{}/message_templates?fields=name,language,status,category,"
        "rejected_reason&limit=100",
        kVersion, kAccountId);
    const std::string& line = request.start_line;
    const auto end = line.rfind(" HTTP/1.1");
    std::string after =
        line.starts_with(start) ? line.substr(start.size(), end - start.size()) : "x";
    const auto token = request.headers.find("authorization");
    if (token == request.headers.end() || token->second != std::string("Bearer ") + kToken) {
      peer << http_answer(401, error_body(190, "token"), "");
    } else if (templates_refused.http_status != 0) {
      peer << http_answer(templates_refused.http_status,
                          error_body(templates_refused.code, "scripted"), "");
    } else if (after.empty()) {
      peer << http_answer(200, page_of_templates(0), "");
    } else if (after.starts_with("&after=QVFI-")) {
      peer << http_answer(200, page_of_templates(std::stoul(after.substr(12))), "");
    } else {
      faults.push_back("path: " + line);
      peer << http_answer(400, error_body(100, "path"), "");
    }
    peer.flush();
  }

  void serve(std::iostream& peer) {
    const auto request = read_request(peer);
    if (!request) return;
    if (request->start_line.starts_with("GET ")) return serve_templates(*request, peer);
    Taken message;
    const auto refusal = judge(*request, message);
    std::unique_lock lock(mutex);
    if (refusal) faults.push_back(refusal->why);
    if (scripted.empty() && always.http_status != 0) scripted.push_back(always);
    if (!scripted.empty()) {
      const Scripted next = scripted.front();
      scripted.pop_front();
      if (!next.cut)
        peer << http_answer(next.http_status, error_body(next.code, "scripted"), next.extra_header);
    } else if (refusal) {
      peer << http_answer(refusal->http_status, error_body(refusal->code, refusal->why), "");
    } else {
      message.id = fmt::format("wamid.UJI{:08}", taken.size() + 1);
      const std::string body = json::serialize(json::object{
          {"messaging_product", "whatsapp"},
          {"contacts", json::array{json::object{{"input", message.to}, {"wa_id", message.to}}}},
          {"messages",
           json::array{json::object{{"id", message.id}, {"message_status", "accepted"}}}}});
      taken.push_back(message);
      arrived.notify_all();
      kept_back = held;
      released.wait(lock, [this] { return !held; });
      kept_back = false;
      peer << http_answer(200, body, "");
    }
    peer.flush();
  }

  std::map<std::string, std::size_t> parameters_of;
  std::vector<notify::meta::TemplateState> templates;
  Scripted templates_refused{};
  int templates_asked = 0;
  mutable std::mutex mutex;
  mutable std::condition_variable arrived, released;
  bool held = false, kept_back = false;
  std::deque<Scripted> scripted;
  Scripted always{};  // with a status of 0 it says nothing
  std::vector<Taken> taken;
  std::vector<std::string> faults;
  std::optional<ScriptedServer> server;  // last: its thread uses all of the above
};

MetaSink::MetaSink(const notify::Texts& approved) : impl_(std::make_unique<Impl>(approved)) {
  Impl* impl = impl_.get();
  impl_->server.emplace([impl](std::iostream& peer) { impl->serve(peer); });
}

MetaSink::~MetaSink() { release(); }

notify::WhatsappConfig MetaSink::config() const {
  notify::WhatsappConfig config;
  config.url = impl_->server->url("http");
  config.version = kVersion;
  config.phone_number_id = kNumberId;
  config.token = kToken;
  config.business_account_id = kAccountId;
  return config;
}

void MetaSink::answer_next(int http_status, int error_code, std::string extra_header) {
  const std::lock_guard lock(impl_->mutex);
  impl_->scripted.push_back({false, http_status, error_code, std::move(extra_header)});
}

void MetaSink::answer_all(int http_status, int error_code) {
  const std::lock_guard lock(impl_->mutex);
  impl_->always = {false, http_status, error_code, ""};
}

void MetaSink::templates(std::vector<notify::meta::TemplateState> all) {
  const std::lock_guard lock(impl_->mutex);
  impl_->templates = std::move(all);
}

void MetaSink::refuse_templates(int http_status, int error_code) {
  const std::lock_guard lock(impl_->mutex);
  impl_->templates_refused = {false, http_status, error_code, ""};
}

int MetaSink::templates_asked() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->templates_asked;
}

void MetaSink::cut_next() {
  const std::lock_guard lock(impl_->mutex);
  impl_->scripted.push_back({true, 0, 0, ""});
}

void MetaSink::hold() {
  const std::lock_guard lock(impl_->mutex);
  impl_->held = true;
}

void MetaSink::release() {
  const std::lock_guard lock(impl_->mutex);
  impl_->held = false;
  impl_->released.notify_all();
}

bool MetaSink::holding() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->kept_back;
}

std::vector<MetaSink::Taken> MetaSink::taken(std::size_t at_least,
                                             std::chrono::milliseconds limit) const {
  std::unique_lock lock(impl_->mutex);
  impl_->arrived.wait_for(lock, limit, [&] { return impl_->taken.size() >= at_least; });
  return impl_->taken;
}

std::vector<std::string> MetaSink::faults() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->faults;
}

}  // namespace tenggat::test
