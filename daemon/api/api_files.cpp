#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_calls.h"
#include "daemon/base/clock.h"
#include "daemon/http/file_type.h"
#include "daemon/store/commands.h"
#include "daemon/store/errors.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"

namespace tenggat::http {

namespace json = boost::json;
namespace {

constexpr std::chrono::hours kUploadKept{24};  // without a command that names it

Response refuse_type(const Request& request) {
  const Said names{file_type_names(Language::english), file_type_names(Language::indonesian)};
  return problem(request, "unsupported_media_type", say<Detail::no_file_type>(names));
}

// What a file's caller is told who may not send more.
Response refuse_upload(const Request& request, ProblemCode code) {
  if (code == "unsupported_media_type") return refuse_type(request);
  if (code == "overloaded") return busy_response(request);
  Response response = problem(request, code);
  if (response.status == 429)
    response.headers.set("Retry-After", std::to_string(seconds_to_next_share().count()));
  return response;
}

// All of a body, into the upload and the key that its request is known by.
awaitable<void> take_file(const Request& request, Upload& upload, store::Sha256& asked) {
  if (!request.incoming) {
    asked.add(request.body);
    auto adding = upload.add(request.body);
    co_await std::move(adding);
    co_return;
  }
  while (true) {
    auto reading = request.incoming->next(BodySize::file);
    const std::string piece = co_await std::move(reading);
    if (piece.empty() || upload.refusal()) co_return;
    asked.add(piece);
    auto adding = upload.add(piece);
    co_await std::move(adding);
  }
}

class FileCalls : public ApiGroup {
 public:
  explicit FileCalls(const ApiParts& parts) : ApiGroup(parts), uploads_(parts.uploads) {}
  awaitable<Response> file_create(Call call);
  awaitable<Response> file_show(Call call);

 private:
  Sender sender_of(const Principal& principal) const;
  // All references are to what the calling coroutine holds.
  awaitable<Response> keep_file(const Call& call, IdempotencyKey key,
                                std::vector<store::KeptAnswer> kept, Upload& upload);

  Uploads& uploads_;
};

}  // namespace

Sender FileCalls::sender_of(const Principal& principal) const {
  return {"token " + std::to_string(principal.token), 0, uploads_.limits().sender_bytes_a_day,
          principal.id, kUploadKept};
}

// The order of a caller's faults is that of every POST: who they are, then what they send.
awaitable<Response> FileCalls::file_create(Call call) {
  const Request& request = call.request;
  if (request.body.empty() && !request.incoming)
    co_return problem(request, "invalid_body", say<Detail::empty_file>());
  auto key = read_idempotency_key(request, call.principal.token);
  if (!key) co_return key.error();
  const auto account = uploads_.account(sender_of(call.principal));
  pg::Pipeline look;
  const auto kept = store::add_kept_answers(look, {key->token}, {key->key});
  const auto share = store::add_find_share(look, account->sender().name, 0);
  auto reading = read({}, std::move(look));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  account->know(found.results[share]);
  const std::uint64_t announced =
      request.incoming ? request.incoming->announced().value_or(0) : request.body.size();
  if (const auto full = account->refusal(announced)) co_return refuse_upload(request, *full);

  Upload upload(uploads_, account, announced);
  store::Sha256 asked;
  asked.add(request.method + '\n' + request.path + '\n');
  std::exception_ptr broken;
  Response response;
  try {
    auto taking = take_file(request, upload, asked);
    co_await std::move(taking);
    key->request = asked.hash();
    auto keeping = keep_file(call, *key, found.results[kept], upload);
    response = co_await std::move(keeping);
  } catch (...) {
    broken = std::current_exception();
  }
  auto dropping = upload.drop();
  co_await std::move(dropping);
  if (broken) std::rethrow_exception(broken);
  co_return response;
}

awaitable<Response> FileCalls::keep_file(const Call& call, IdempotencyKey key,
                                         std::vector<store::KeptAnswer> kept, Upload& upload) {
  const Request& request = call.request;
  if (upload.refusal()) co_return refuse_upload(request, *upload.refusal());
  if (upload.size() == 0) co_return problem(request, "invalid_body", say<Detail::empty_file>());
  // A repeat is stored like the first, which may have been collected since.
  auto repeated = repeated_answer(request, key, kept);
  if (repeated && repeated->status >= 300) co_return std::move(*repeated);
  const std::string hash = upload.sha256();
  const std::string body = json::serialize(
      json::object{{"uri", "tenggat:" + hash}, {"sha256", hash}, {"size", upload.size()}});
  pg::Pipeline more;
  if (!repeated && request.headers.get("Idempotency-Key"))
    store::add_keep_answers(more, {{key.token, key.key, key.request, 201, body}});
  try {
    auto finishing = upload.finish(std::move(more));
    co_await std::move(finishing);
  } catch (const pg::Error& error) {
    if (store::conflict_of(error) != store::Conflict::same_key) throw;
    // The same key came twice at once: asked again, the caller gets the other one's answer.
    co_return busy_response(request);
  }
  if (upload.refusal()) co_return refuse_upload(request, *upload.refusal());
  co_return repeated ? std::move(*repeated) : json_response(201, body);
}

awaitable<Response> FileCalls::file_show(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  const Request& request = call.request;
  const std::string hash = request.param("sha256");
  if (!is_sha256_hex(hash)) co_return problem(request, "not_found");
  pg::Pipeline look;
  const auto stored = store::add_find_file(look, hash);
  auto reading = read({}, std::move(look));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  auto file = found.results[stored];
  if (!file) co_return problem(request, "not_found");
  log_event(Level::info, "file_downloaded",
            {{"by", words_of(call.principal)},
             {"file", hash.substr(0, 16)},
             {"from", request.remote_address}});
  auto sending = uploads_.download(std::move(*file), hash.substr(0, 16));
  Response response = co_await std::move(sending);
  response.headers.set("ETag", '"' + hash + '"');
  co_return response;
}

std::vector<ApiCall> file_calls(const ApiParts* parts) {
  static constexpr RowOf<FileCalls, Call> kRows[] = {
      {"POST", "/api/v1/files", "file_create", Who::intake | Who::act | Who::officer, In::file,
       Out::small, &FileCalls::file_create},
      {"GET", "/api/v1/files/{sha256}", "file_show", Who::intake | Who::act | Who::officer,
       In::none, Out::file, &FileCalls::file_show},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
