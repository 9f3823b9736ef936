#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/http/api_calls.h"
#include "daemon/http/file_response.h"
#include "daemon/http/file_type.h"
#include "daemon/store/commands.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"

namespace tenggat::http {

namespace json = boost::json;
namespace {

Response refuse_type(const Request& request) {
  const Language language = language_of(request);
  const std::string names = file_type_names(language);
  return problem(request, "unsupported_media_type",
                 language == Language::indonesian ? "berkas ini bukan " + names
                                                  : "this file is none of these: " + names);
}

}  // namespace

awaitable<Response> Api::file_create(Call call) {
  const Request& request = call.request;
  if (request.body.empty()) co_return problem(request, "invalid_body", "the file is empty");
  const auto key = read_idempotency_key(request, call.principal.token);
  if (!key) co_return key.error();
  const bool keyed = request.headers.get("Idempotency-Key").has_value();
  pg::Pipeline look;
  store::add_kept_answers(look, {key->token}, {key->key});
  auto reading = read({}, std::move(look));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const auto kept = store::kept_answers_of(found.results.at(found.first));
  if (auto answer = repeated_answer(request, *key, kept)) co_return std::move(*answer);

  const FileType* type = file_type_of(request.body);
  if (!type) co_return refuse_type(request);
  const std::string hash = store::hex(store::sha256(request.body));
  const std::string body = json::serialize(
      json::object{{"uri", "tenggat:" + hash}, {"sha256", hash}, {"size", request.body.size()}});
  pg::Pipeline pipeline;
  store::add_file(pipeline, hash, std::string(type->media_type), request.body, call.principal.id);
  if (keyed) store::add_keep_answers(pipeline, {{key->token, key->key, key->request, 201, body}});
  auto acquiring = parts_.reads.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  try {
    auto storing = lease->run(std::move(pipeline));
    co_await std::move(storing);
  } catch (const pg::Error& error) {
    if (error.sqlstate() != "23505") throw;
    // The same key came twice at once: asked again, the caller gets the other one's answer.
    co_return busy_response(request);
  }
  co_return json_response(201, body);
}

awaitable<Response> Api::file_show(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  const Request& request = call.request;
  const std::string hash = request.param("sha256");
  if (!is_sha256_hex(hash)) co_return problem(request, "not_found");
  pg::Pipeline look;
  store::add_find_file(look, hash);
  auto reading = read({}, std::move(look));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  auto file = store::file_of(found.results.at(found.first));
  if (!file) co_return problem(request, "not_found");
  Response response = file_response(std::move(*file), hash.substr(0, 16));
  response.headers.set("ETag", '"' + hash + '"');
  co_return response;
}

}  // namespace tenggat::http
