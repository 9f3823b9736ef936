#include "daemon/cli/api_client.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <exception>

#include "daemon/cli/print.h"
#include "daemon/store/hash.h"
#include "notifiers/curl_client.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostAnswerBytes = 16 << 20;

boost::asio::awaitable<notify::CurlResponse> perform(notify::CurlClient& client,
                                                     notify::CurlRequest request) {
  notify::CurlResponse response = co_await client.perform(std::move(request));
  co_return response;
}

// The members of a problem that name what is wrong: texts, or objects with a pointer and a message.
std::string list_text(const json::value& list) {
  if (!list.is_array()) return "  " + printable(text_at(list, {}));
  std::string all;
  for (const json::value& item : list.get_array()) {
    const std::string pointer = text_at(item, {"pointer"});
    const std::string message = item.is_object() ? text_at(item, {"message"}) : text_at(item, {});
    all += fmt::format("{}  {}{}{}", all.empty() ? "" : "\n", printable(pointer),
                       pointer.empty() ? "" : ": ", printable(message));
  }
  return all;
}

}  // namespace

notify::CurlResponse send_and_wait(notify::CurlRequest request) {
  boost::asio::io_context io;
  notify::CurlClient client(io.get_executor());
  notify::CurlResponse response;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, perform(client, std::move(request)),
                        [&](std::exception_ptr error, notify::CurlResponse answer) {
                          failure = error;
                          response = std::move(answer);
                          io.stop();
                        });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return response;
}

notify::CurlResponse ask_for_link(const Config& config, const std::string& address) {
  std::string host = config.listen.host;
  if (host.empty() || host == "0.0.0.0" || host == "::") host = "127.0.0.1";
  notify::CurlRequest request;
  request.url = fmt::format("{}://{}/masuk", config.http.tls() ? "https" : "http",
                            Endpoint{host, config.listen.port}.to_string());
  request.headers = {"Content-Type: application/x-www-form-urlencoded"};
  request.body = "alamat=" + encoded(address);
  request.allow_private = true;
  return send_and_wait(std::move(request));
}

std::string encoded(std::string_view text) {
  return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

std::string problem_text(int status, std::string_view body) {
  boost::system::error_code failed;
  const json::value problem = json::parse({body.data(), body.size()}, failed);
  if (failed || !problem.is_object()) return fmt::format("the daemon answered {}", status);
  std::string text = printable(text_at(problem, {"title"}));
  if (text.empty()) text = fmt::format("the daemon answered {}", status);
  if (const std::string detail = text_at(problem, {"detail"}); !detail.empty())
    text += ": " + printable(detail);
  for (const char* member : {"missing", "errors"}) {
    const json::value* list = problem.get_object().if_contains(member);
    const bool empty = !list || list->is_null() || (list->is_array() && list->get_array().empty());
    if (!empty) text += fmt::format("\n{}:\n{}", member, list_text(*list));
  }
  return text;
}

ApiClient::ApiClient(const Terminal& terminal) {
  url_ = terminal.environment("TENGGAT_URL").value_or("");
  if (url_.empty()) url_ = "http://127.0.0.1:8080";
  while (url_.ends_with('/')) url_.pop_back();
  token_ = terminal.environment("TENGGAT_TOKEN").value_or("");
  if (token_.empty())
    throw BadUsage("TENGGAT_TOKEN is not set; `tenggat token create` makes a token");
}

json::value ApiClient::get(const std::string& path, const Query& query) {
  std::string all = path;
  for (const auto& [name, value] : query) {
    if (!value.empty())
      all += fmt::format("{}{}={}", all.find('?') == std::string::npos ? '?' : '&', name,
                         encoded(value));
  }
  return exchange("GET", all, "");
}

json::value ApiClient::post(const std::string& path, const json::object& body) {
  return exchange("POST", path, json::serialize(body));
}

json::value ApiClient::exchange(std::string method, const std::string& path, std::string body) {
  notify::CurlRequest request;
  request.url = url_ + "/api/v1" + path;
  request.method = std::move(method);
  request.headers = {"Authorization: Bearer " + token_, "Accept: application/json"};
  if (request.method == "POST") {
    request.headers.emplace_back("Content-Type: application/json");
    request.headers.push_back("Idempotency-Key: cli-" + store::hex(store::random_bytes(16)));
  }
  request.body = std::move(body);
  request.allow_private = true;
  request.most_response_bytes = kMostAnswerBytes;
  const notify::CurlResponse response = send_and_wait(std::move(request));
  if (response.failure != notify::Failure::none)
    throw Refused(fmt::format("{} cannot be reached: {}", url_, response.error));
  if (response.status < 200 || response.status > 299)
    throw Refused(problem_text(response.status, response.body));
  if (response.body.empty()) return {};
  boost::system::error_code failed;
  json::value answer = json::parse(response.body, failed);
  if (failed) throw Refused(fmt::format("{} did not answer in JSON", url_));
  return answer;
}

}  // namespace tenggat::cli
