#include "daemon/pages/pages.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <functional>

#include "daemon/http/api.h"
#include "daemon/http/api_bodies.h"
#include "daemon/http/cookies.h"
#include "daemon/http/file_type.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/style.h"
#include "daemon/pages/words.h"
#include "daemon/store/commands.h"
#include "daemon/store/errors.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"
#include "daemon/store/people.h"
#include "daemon/store/sessions.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

constexpr std::string_view kCookie = "tenggat_sesi";
constexpr std::string_view kUploadPrefix = "berkas:";
constexpr int kTrackingLinksAMinute = 3;  // of one permit

// Long enough for any command to be done, or refused.
constexpr std::chrono::minutes kUploadWaits{15};

constexpr std::string_view kSessionOver =
    "Belum ada yang berubah. Masuk kembali di tab lain, lalu kembali ke halaman ini dan tekan "
    "Lanjutkan pengisian.";
constexpr const char* kFormOfAnotherSession =
    "Formulir ini dibuka sebelum Anda masuk kembali, sehingga belum ada yang diubah. Periksa "
    "isinya, "
    "lalu kirim sekali lagi.";

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// The session's secret in the Cookie header; nothing where it is absent or not of our form.
std::optional<std::string> session_secret(const Request& request) {
  for (const std::string_view value : cookies(request.headers, kCookie))
    if (store::is_sign_in_secret(value)) return std::string(value);
  return std::nullopt;
}

// Browsers say where a form was sent from; another site's is refused whatever it holds.
bool from_another_site(const Request& request) {
  const auto site = request.headers.get("Sec-Fetch-Site");
  return site && *site != "same-origin" && *site != "none";
}

// What was asked, without what differs between two sendings of one form (a boundary, for one).
std::string fingerprint(const PageCall& call, std::string_view part) {
  std::string asked = call.request.path + '\n' + std::string(part) + '\n';
  for (const http::FormField& field : call.form.fields)
    if (field.name != "token") asked += field.name + '=' + field.value + '\n';
  for (const http::FormFile& file : call.form.files) asked += file.name + '=' + file.sha256 + '\n';
  return store::sha256(asked);
}

// The kind and name in an input's name; nothing where it brings no document.
std::optional<NewDocument> document_of(std::string_view input) {
  if (!input.starts_with(kUploadPrefix)) return std::nullopt;
  input.remove_prefix(kUploadPrefix.size());
  const std::size_t colon = input.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon > http::BodyLimits::word)
    return std::nullopt;
  if (!std::all_of(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      }))
    return std::nullopt;
  NewDocument document;
  document.kind = std::string(input.substr(0, colon));
  document.name = std::string(input.substr(colon + 1));
  return document;
}

std::string words_of(Reason reason) {
  const http::ProblemType* type = http::find_problem_type(http::problem_code(reason));
  return std::string(type ? type->indonesian : "Permintaan tidak dapat dipenuhi") + ".";
}

Outcomes outcome_of(const office::CommandAnswer& answer) {
  using Kind = office::CommandAnswer::Kind;
  switch (answer.kind) {
    case Kind::done:
    case Kind::repeated:
      return {true, 303, ""};
    case Kind::refused:
      if (answer.refusal) {
        const http::ProblemType* type =
            http::find_problem_type(http::problem_code(answer.refusal->reason));
        return {false, type ? type->status : 409, words_of(answer.refusal->reason)};
      }
      break;
    case Kind::not_found:
      return {false, 404, "Permohonan tidak ditemukan."};
    case Kind::key_reused:
      return {
          false, 409,
          "Formulir ini sudah pernah dikirim dengan isi lain. Periksa keadaan terbaru di bawah, "
          "lalu ulangi bila masih perlu."};
    case Kind::busy:
      return {false, 503,
              answer.outage.empty()
                  ? "Sistem sedang sibuk. Silakan coba lagi sebentar lagi."
                  : "Sistem sedang tidak dapat melayani. Belum ada yang berubah; silakan coba lagi "
                    "beberapa saat lagi."};
    case Kind::failed:
      break;
  }
  return {false, 500, "Terjadi kesalahan pada sistem. Belum ada yang berubah."};
}

}  // namespace

// --- the way in ----------------------------------------------------------------------------------

Pages::Pages(PageParts parts)
    : parts_(std::move(parts)),
      reader_(parts_.pool, parts_.rulebook),
      links_(kTrackingLinksAMinute) {}

awaitable<Reading> Pages::look_up(const Request& request, pg::Pipeline looking) {
  auto waiting = parts_.door.turn(request.remote_address);
  const http::Doorkeeper::Turn turn = co_await std::move(waiting);
  auto reading = reader_.read({}, std::move(looking));
  co_return co_await std::move(reading);
}

Response Pages::missed(const PageCall& call, Response answer) {
  const auto wait = parts_.door.miss(call.request.remote_address);
  return wait.count() == 0 ? std::move(answer) : too_many_misses(call, wait);
}

Response Pages::too_many_misses(const PageCall& call, std::chrono::seconds wait) const {
  constexpr const char* kTitle = "Terlalu banyak percobaan";
  constexpr std::string_view kWords =
      "Terlalu banyak tautan atau sesi yang tidak dikenal datang dari jaringan ini. Yang masih "
      "berlaku tetap dapat dipakai. Silakan coba lagi beberapa saat lagi.";
  Response later = once_of(call.form) ? kept_page(429, call, kTitle, kWords)
                                      : refusal_page(429, call, kTitle, kWords);
  later.headers.set("Retry-After", std::to_string(wait.count()));
  return later;
}

awaitable<Response> Pages::sign_in_first(PageCall call, http::Form& kept,
                                         std::chrono::seconds wait) {
  const bool sent = call.request.method == "POST";
  if (sent && !from_another_site(call.request)) {
    auto taking = take_begun_form(call, kept);
    co_await std::move(taking);
  }
  if (wait.count() > 0) co_return too_many_misses(call, wait);
  if (once_of(call.form)) co_return kept_page(403, call, "Sesi Anda telah berakhir", kSessionOver);
  co_return see_other("/masuk?ke=" + query_encoded(sent ? "/tugas" : call.request.path));
}

awaitable<std::optional<SignedIn>> Pages::who_has_signed_in(const Request& request,
                                                            std::string secret) {
  pg::Pipeline looking;
  const auto asked = store::add_find_session(looking, secret);
  auto reading = look_up(request, std::move(looking));
  const Reading found = co_await std::move(reading);
  const auto session = found.results[asked];
  const std::vector<const Sop*> sops = parts_.rulebook.sops_in_force();
  if (!session || sops.empty()) co_return std::nullopt;
  const Context context = parts_.rulebook.context(*sops.front(), found.moment.now);
  const Officer* officer = context.people.find(session->officer);
  if (!officer || (!officer->ended.empty() && officer->ended <= context.today()))
    co_return std::nullopt;
  SignedIn who;
  who.principal.kind = http::Principal::Kind::officer;
  who.principal.id = officer->id;
  who.principal.token = -session->id;
  who.principal.administrator = store::is_administrator(*officer);
  who.session = session->id;
  who.officer = *officer;
  who.visitor = {officer->name,
                 duties_words(context.people.duties(officer->id, context.today()), *sops.front(),
                              context.people),
                 csrf_token(secret, "sesi"), who.principal.administrator};
  who.now = found.moment.now;
  if (session->stale) {
    auto acquiring = parts_.pool.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    pg::Pipeline extending;
    store::add_extend_session(extending, session->id);
    auto running = lease->run(std::move(extending));
    co_await std::move(running);
    who.extended = std::move(secret);
  }
  co_return who;
}

awaitable<Response> Pages::admit(Endpoint endpoint, PageCall call, http::Form& kept) {
  const http::AccessQuestion question{call.request.route, false, {}};
  auto access = http::authorize(nullptr, question);
  if (!access) {
    std::chrono::seconds wait{0};
    if (const auto secret = session_secret(call.request)) {
      auto looking = who_has_signed_in(call.request, *secret);
      call.who = co_await std::move(looking);
      if (call.who) call.request.trace->actor = http::words_of(call.who->principal);
      if (!call.who) wait = parts_.door.miss(call.request.remote_address);
    }
    access = http::authorize(call.who ? &call.who->principal : nullptr, question);
    if (!access && !call.who) {
      auto refusing = sign_in_first(std::move(call), kept, wait);
      co_return co_await std::move(refusing);
    }
    if (!access)
      co_return refusal_page(403, call, "Tidak berwenang", "Halaman ini bukan untuk Anda.");
  }
  if (call.request.method == "POST") {
    if (from_another_site(call.request)) co_return stale_form(call);
    auto taking = take_form(call, kept);
    if (!co_await std::move(taking)) co_return stale_form(call);
    call.request.body.clear();
    call.look = call.form.text("aksi") == kLookAgain;
    if (call.who && !equal_in_constant_time(call.form.text("token"), call.who->visitor.csrf)) {
      if (!once_of(call.form)) co_return stale_form(call);
      if (!call.look) call.why = kFormOfAnotherSession;
      call.look = true;
    }
  }
  const std::string extended = call.who ? call.who->extended : "";
  auto answering = (this->*endpoint)(std::move(call));
  Response response = co_await std::move(answering);
  if (!extended.empty() && response.headers.count("Set-Cookie") == 0)
    response.headers.set("Set-Cookie", session_cookie(extended, store::kSessionLives));
  co_return response;
}

// --- forms as they come --------------------------------------------------------------------------

awaitable<std::optional<http::Sender>> Pages::sender_of(const PageCall& call) {
  const http::UploadLimits& limits = parts_.uploads.limits();
  http::Sender sender;
  sender.keep_for = kUploadWaits;
  if (call.who) {
    sender.name = fmt::format("session {}", call.who->session);
    sender.a_day = limits.sender_bytes_a_day;
    sender.added_by = call.who->officer.id;
    co_return sender;
  }
  if (call.request.route != "page_track_act") co_return std::nullopt;
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) {
    // Of a whole form the endpoint says it.
    if (call.request.incoming) parts_.door.miss(call.request.remote_address);
    co_return std::nullopt;
  }
  sender.name = fmt::format("permit {}", *id);
  sender.permit = *id;
  sender.a_day = limits.permit_bytes;  // a link can send on a day what its permit may have
  sender.added_by = kSpeaksForApplicant;
  co_return sender;
}

// Whose session has ended is shown what came of the form, however much more there is.
awaitable<void> Pages::take_begun_form(PageCall& call, http::Form& kept) {
  try {
    auto taking = take_form(call, kept);
    co_await std::move(taking);
  } catch (const http::BodyFault&) {
    // The page says it.
  }
}

awaitable<bool> Pages::take_form(PageCall& call, http::Form& kept) {
  http::FormReader reader(call.request);
  std::exception_ptr broken;
  bool whole = false;
  std::unique_ptr<http::Upload> upload;  // of the file that is coming
  try {
    auto reading = read_pieces(call, reader, upload);
    whole = co_await std::move(reading);
    while (whole && call.request.incoming) {  // what follows the last boundary says nothing
      auto coming = call.request.incoming->next(http::BodySize::file);
      if ((co_await std::move(coming)).empty()) break;
    }
  } catch (...) {
    broken = std::current_exception();
  }
  call.form = std::move(reader.form());
  kept.fields = call.form.fields;
  if (upload) {
    auto dropping = upload->drop();
    co_await std::move(dropping);
  }
  if (broken) std::rethrow_exception(broken);
  co_return whole;
}

namespace {

bool takes_files(std::string_view route) {
  return route == "page_track_act" || route == "page_permit_act";
}

std::uint64_t bytes_announced(const Request& request) {
  return request.incoming ? request.incoming->announced().value_or(0) : request.body.size();
}

// The file that came last is all there.
awaitable<void> end_file(std::unique_ptr<http::Upload>& upload, http::FormFile& file,
                         http::Uploads::Files& files) {
  auto finishing = upload->finish();
  co_await std::move(finishing);
  file.sha256 = upload->sha256();
  file.refusal = upload->refusal();
  if (!file.refusal) {
    file.content = upload->content();
    files.emplace_back(file.sha256, file.content);
  }
  upload.reset();
}

}  // namespace

// False: it is no form.
awaitable<bool> Pages::read_pieces(PageCall& call, http::FormReader& reader,
                                   std::unique_ptr<http::Upload>& upload) {
  using Kind = http::FormReader::Event::Kind;
  std::optional<http::Sender> sender;
  bool asked = false;  // who it is
  if (call.request.incoming) {
    auto asking = sender_of(call);
    sender = co_await std::move(asking);
    asked = true;
  } else {
    reader.feed(call.request.body);
    reader.end();
  }
  const bool takes = takes_files(call.request.route);
  const http::BodySize most = !sender ? http::BodySize::stranger
                              : takes ? http::BodySize::file
                                      : http::BodySize::known;
  std::shared_ptr<http::Uploads::Account> account;
  const char* full = nullptr;
  while (true) {
    const http::FormReader::Event event = reader.next();
    if (event.kind == Kind::more) {
      auto coming = call.request.incoming->next(most);
      const std::string piece = co_await std::move(coming);
      piece.empty() ? reader.end() : reader.feed(piece);
    } else if (event.kind == Kind::bytes) {
      if (!upload) continue;
      auto adding = upload->add(event.bytes);
      co_await std::move(adding);
    } else {
      http::Form& form = reader.form();
      if (event.kind == Kind::fault) co_return false;
      if (upload) {
        // The last, or the one before the one that begins now.
        const std::size_t at = form.files.size() - (event.kind == Kind::file ? 2 : 1);
        auto ending = end_file(upload, form.files.at(at), *call.files);
        co_await std::move(ending);
      }
      if (event.kind == Kind::done) co_return true;
      if (!takes || !document_of(form.files.back().name)) continue;
      if (!std::exchange(asked, true)) {
        auto asking = sender_of(call);
        sender = co_await std::move(asking);
      }
      if (!sender) continue;
      if (!account) {
        auto opening = parts_.uploads.open(*sender);
        account = co_await std::move(opening);
        // What will not all be taken is not begun.
        full = account->refusal(bytes_announced(call.request));
      }
      form.files.back().refusal = full;
      if (full) continue;
      upload = std::make_unique<http::Upload>(parts_.uploads, account);
    }
  }
}

std::string Pages::session_cookie(const std::string& secret, std::chrono::seconds lives) const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kCookie, secret,
                     lives.count(), parts_.public_url.starts_with("https://") ? "; Secure" : "");
}

awaitable<Response> Pages::enter(Endpoint endpoint, Request request) {
  PageCall call;
  call.request = std::move(request);
  PageCall bare;  // what a page about an outage needs
  bare.request.route = call.request.route;
  bare.request.path = call.request.path;
  const auto files = call.files;
  std::optional<Response> answer, outage;
  std::exception_ptr broken;
  try {
    auto admitting = admit(endpoint, std::move(call), bare.form);
    answer = co_await std::move(admitting);
  } catch (const pg::Error& error) {
    outage = http::outage_answer(error, http::Language::indonesian);
    if (!outage) broken = std::current_exception();
  } catch (...) {
    broken = std::current_exception();
  }
  // What a command took stays.
  if (!files->empty()) {
    auto dropping = parts_.uploads.drop(*files);
    co_await std::move(dropping);
  }
  if (broken) std::rethrow_exception(broken);
  if (answer) co_return std::move(*answer);
  constexpr std::string_view kSorry =
      "Mohon maaf, sistem sedang tidak dapat melayani. Belum ada yang berubah pada permohonan; "
      "silakan coba lagi beberapa saat lagi.";
  constexpr const char* kTitle = "Sistem sedang tidak tersedia";
  Response sorry = once_of(bare.form) ? kept_page(outage->status, bare, kTitle, kSorry)
                                      : refusal_page(outage->status, bare, kTitle, kSorry);
  if (const auto retry = outage->headers.get("Retry-After"))
    sorry.headers.set("Retry-After", std::string(*retry));
  co_return sorry;
}

// --- answers -------------------------------------------------------------------------------------

Response Pages::page(int status, const PageCall& call, std::string title, Html body,
                     bool wide) const {
  Page page;
  page.title = std::move(title);
  page.office = parts_.signing_in.office_name();
  page.visitor = call.who ? &call.who->visitor : nullptr;
  page.frame = wide ? Page::Frame::wide : Page::Frame::column;
  page.body = std::move(body);
  return page_response(status, page);
}

Response Pages::refusal_page(int status, const PageCall& call, std::string title,
                             std::string_view words) const {
  Html body = html("<h1>{}</h1><div class=\"kartu\"><p>{}</p></div>", title, words);
  return page(status, call, std::move(title), std::move(body));
}

Response Pages::kept_page(int status, const PageCall& call, std::string title,
                          std::string_view words) const {
  Html fields;
  for (const http::FormField& field : call.form.fields)
    if (field.name != "token" && field.name != "aksi" && !field.value.empty())
      fields += html("<input type=\"hidden\" name=\"{}\" value=\"{}\">", field.name, field.value);
  Html body = html(
      "<h1>{}</h1><div class=\"kartu\"><p>{}</p></div>{}<form method=\"post\" action=\"{}\" "
      "enctype=\"multipart/form-data\">{}<p><button class=\"utama\" name=\"aksi\" value=\"{}\">"
      "Lanjutkan pengisian</button></p><p class=\"halus\">Isian dibawa kembali ke formulirnya dan "
      "belum dikirim. Berkas yang dipilih perlu dipilih lagi.</p></form>",
      title, words, typed_values(call.form), call.request.path, fields, kLookAgain);
  return page(status, call, std::move(title), std::move(body));
}

Response Pages::not_found(const PageCall& call) const {
  return refusal_page(
      404, call, "Halaman tidak ditemukan",
      "Alamat ini tidak dikenal. Periksa kembali tautan pada pesan yang Anda terima; "
      "tautan harus disalin seluruhnya.");
}

Response Pages::stale_form(const PageCall& call) const {
  return refusal_page(
      403, call, "Formulir tidak berlaku",
      "Formulir ini tidak berasal dari halaman yang masih berlaku, sehingga tidak ada "
      "yang diubah. Silakan buka kembali halamannya dan ulangi.");
}

awaitable<Response> Pages::style(PageCall) {
  Response response;
  response.content_type = "text/css; charset=utf-8";
  response.body = std::string(kStyle);
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.set("X-Content-Type-Options", "nosniff");
  co_return response;
}

awaitable<Response> Pages::front(PageCall) { co_return see_other("/tugas"); }

// --- what forms do -------------------------------------------------------------------------------

awaitable<Outcomes> Pages::submit(const PageCall& call, Asked asked) {
  const auto once = once_of(call.form);
  if (!once) {
    Outcomes stale{false, 400, "Formulir ini tidak lengkap; silakan buka kembali halamannya."};
    co_return stale;
  }
  office::CommandRequest request;
  request.permit = asked.permit;
  request.actor = std::move(asked.actor);
  request.command = std::move(asked.command);
  // A space is in no key of a token's holder.
  request.idempotency.token = asked.token;
  request.idempotency.key = "halaman " + *once + asked.part;
  request.idempotency.request = fingerprint(call, asked.part);
  auto submitting = parts_.committer.submit(std::move(request));
  const office::CommandAnswer answer = co_await std::move(submitting);
  co_return outcome_of(answer);
}

awaitable<std::string> Pages::change_once(const PageCall& call, Change work) {
  const auto once = once_of(call.form);
  if (!once) co_return "Formulir ini tidak lengkap; silakan buka kembali halamannya.";
  store::KeptAnswer keep;
  keep.token = call.who->principal.token;
  keep.key = "halaman " + *once;
  keep.request = fingerprint(call, "");
  keep.status = 303;
  auto acquiring = parts_.pool.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Transaction transaction(*lease);
  const std::vector<std::int64_t> tokens(1, keep.token);
  const std::vector<std::string> keys(1, keep.key);
  pg::Pipeline look;
  const auto given = store::add_kept_answers(look, tokens, keys);
  auto looking = transaction.run(std::move(look));
  const pg::Results found = co_await std::move(looking);
  const std::vector<store::KeptAnswer> kept = found[given];
  if (!kept.empty()) {
    co_await transaction.rollback();
    co_return kept.front().request == keep.request
        ? ""
        : "Formulir ini sudah pernah dikirim dengan isi lain. Periksa keadaan terbaru di bawah.";
  }
  auto working = (this->*work)(call, *lease);
  std::string why_not = co_await std::move(working);
  if (!why_not.empty()) {
    co_await transaction.rollback();
    co_return why_not;
  }
  const std::vector<store::KeptAnswer> answers(1, keep);
  pg::Pipeline keeping;
  store::add_keep_answers(keeping, answers);
  try {
    auto committing = transaction.commit(std::move(keeping));
    co_await std::move(committing);
  } catch (const pg::Error& error) {
    // Else the same form at the same time: that one did it.
    if (store::conflict_of(error) != store::Conflict::same_key) throw;
  }
  co_return "";
}

std::vector<NewDocument> uploaded(const http::Form& form) {
  std::vector<NewDocument> documents;
  for (const http::FormFile& file : form.files) {
    auto document = document_of(file.name);
    if (!document || file.content == 0) continue;
    document->sha256 = file.sha256;
    document->uri = "tenggat:" + file.sha256;
    documents.push_back(std::move(*document));
  }
  return documents;
}

awaitable<Response> Pages::send_document(const PageCall& call, const Permit& permit,
                                         const Document& document) {
  // Of their own, since the permit is the caller's.
  std::string name = permit.number + "-" + document.kind;
  if (!document.name.empty()) name += "-" + document.name;
  const std::string sha256 = *http::uploaded_hash(document.uri);
  pg::Pipeline looking;
  const auto stored = store::add_find_file(looking, sha256);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  auto file = found.results[stored];
  if (!file) co_return not_found(call);
  auto sending = parts_.uploads.download(std::move(*file), std::move(name));
  co_return co_await std::move(sending);
}

// --- shared --------------------------------------------------------------------------------------

bool Typed::has(std::string_view name, std::string_view value) const {
  const std::vector<std::string> all = texts(name);
  return std::find(all.begin(), all.end(), value) != all.end();
}

Html typed_values(const http::Form& form) {
  // Of the form itself, not of who filled it in.
  constexpr std::string_view kOurs[] = {"token",    "aksi",  "kunci", "langkah", "versi",
                                        "formulir", "tugas", "pesan", "yakin"};
  Html values;
  for (const http::FormField& field : form.fields)
    if (!field.value.empty() &&
        std::find(std::begin(kOurs), std::end(kOurs), field.name) == std::end(kOurs))
      values += html("<dt>{}</dt><dd>{}</dd>", readable(field.name), lines(field.value));
  if (values.empty()) return {};
  return html("<h2>Yang sudah Anda isi</h2><dl class=\"fakta\">{}</dl>", values);
}

Html Typed::files_are_lost() const {
  if (!form_) return {};
  return html("<p class=\"halus\">Berkas yang tadi dipilih perlu dipilih lagi.</p>");
}

std::string csrf_token(std::string_view secret, std::string_view purpose) {
  return store::hex(store::hmac_sha256(secret, purpose)).substr(0, 32);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

FormKeys new_form_keys(std::string csrf) {
  return {std::move(csrf), store::hex(store::random_bytes(16))};
}

std::optional<std::string> once_of(const http::Form& form) {
  std::string once = form.text("kunci");
  if (!is_hex(once, 32)) return std::nullopt;
  return once;
}

std::string safe_return(std::string_view path) {
  constexpr std::string_view kOurs[] = {"/tugas",   "/permohonan/", "/cari", "/papan",
                                        "/pegawai", "/kalender",    "/pesan"};
  const bool ours = std::any_of(std::begin(kOurs), std::end(kOurs),
                                [&](std::string_view start) { return path.starts_with(start); });
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '-' || c == '_' || c == '.' || c == '%';
  });
  return ours && plain && path.size() <= 200 ? std::string(path) : "/tugas";
}

std::string query_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '/';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<Outcomes> upload_fault(const http::Form& form) {
  for (const http::FormFile& file : form.files) {
    if (has_hidden_character(file.name)) return Outcomes{false, 422, std::string(kHiddenCharacter)};
    if (!file.refusal) continue;
    const http::ProblemType* type = http::find_problem_type(file.refusal);
    if (!type) throw std::logic_error("no problem type " + std::string(file.refusal));
    if (type->status == 415)
      return Outcomes{
          false, 422,
          fmt::format("Berkas {} bukan {}. Simpan sebagai salah satunya, lalu kirim lagi.",
                      file.file_name, http::file_type_names(http::Language::indonesian))};
    return Outcomes{
        false, type->status,
        fmt::format("Berkas {} tidak tersimpan. {}.", file.file_name, type->indonesian)};
  }
  return std::nullopt;
}

Html upload_hint() {
  return html("<p class=\"halus\">Berkas: {}; seluruhnya paling besar 20 MB.</p>",
              http::file_type_names(http::Language::indonesian));
}

std::string upload_name(std::string_view kind, std::string_view name) {
  return fmt::format("{}{}:{}", kUploadPrefix, kind, name);
}

Html upload_input(std::string_view id, std::string_view kind, std::string_view name,
                  std::string_view label, bool required) {
  const Html needed = required ? html("<span class=\"halus\"> (wajib)</span>") : Html();
  const Html label_of = html("<label for=\"{}\">{}{}</label>", id, label, needed);
  const std::string input = upload_name(kind, name), types = http::accepted_endings();
  return required ? html("{}<input type=\"file\" id=\"{}\" name=\"{}\" accept=\"{}\" required>",
                         label_of, id, input, types)
                  : html("{}<input type=\"file\" id=\"{}\" name=\"{}\" accept=\"{}\">", label_of,
                         id, input, types);
}

Html document_link(const Document& document, const std::string& own_prefix) {
  const std::string words = document_words(document.kind, document.name);
  if (http::uploaded_hash(document.uri))
    return html("<a href=\"{}{}\">{}</a>", own_prefix, document.id, words);
  const auto host = http::web_host(document.uri);
  if (!host) return html("{}", words);
  return html("<a href=\"{}\" rel=\"noreferrer noopener\">{}</a> <span class=\"halus\">({})</span>",
              document.uri, words, *host);
}

// --- routes --------------------------------------------------------------------------------------

std::vector<http::Route> page_routes(PageParts parts) {
  const auto pages = std::make_shared<Pages>(std::move(parts));
  std::vector<http::Route> routes;
  const auto add = [&](const char* method, const char* path, const char* name,
                       Pages::Endpoint endpoint) {
    routes.push_back({method, path, name, std::bind_front(&Pages::enter, pages, endpoint)});
  };
  add("GET", "/", "page_front", &Pages::front);
  add("GET", "/gaya.css", "page_style", &Pages::style);
  add("GET", "/problems/{name}", "page_problem", &Pages::problem);
  add("GET", "/lacak/{secret}", "page_track", &Pages::track);
  add("POST", "/lacak/{secret}", "page_track_act", &Pages::track_act);
  add("GET", "/lacak/{secret}/dokumen/{id}", "page_track_document", &Pages::track_document);
  add("GET", "/masuk", "page_sign_in", &Pages::sign_in);
  add("POST", "/masuk", "page_sign_in_ask", &Pages::sign_in_ask);
  add("GET", "/masuk/{secret}", "page_sign_in_link", &Pages::sign_in_link);
  add("POST", "/masuk/{secret}", "page_sign_in_use", &Pages::sign_in_use);
  add("POST", "/keluar", "page_sign_out", &Pages::sign_out);
  add("GET", "/tugas", "page_tasks", &Pages::tasks);
  add("POST", "/tugas", "page_tasks_act", &Pages::tasks_act);
  add("GET", "/permohonan/{id}", "page_permit", &Pages::permit);
  add("POST", "/permohonan/{id}", "page_permit_act", &Pages::permit_act);
  add("GET", "/permohonan/{id}/dokumen/{document}", "page_permit_document",
      &Pages::permit_document);
  add("GET", "/permohonan/{id}/pemohon", "page_applicant", &Pages::applicant);
  add("POST", "/permohonan/{id}/pemohon", "page_applicant_act", &Pages::applicant_act);
  add("GET", "/cari", "page_search", &Pages::search);
  add("GET", "/papan", "page_board", &Pages::board);
  add("GET", "/papan/daftar", "page_board_list", &Pages::board_list);
  add("GET", "/papan/aliran", "page_board_stream", &Pages::board_stream);
  add("GET", "/papan.js", "page_board_script", &Pages::board_script);
  add("GET", "/papan/layar", "page_kiosks", &Pages::kiosks);
  add("POST", "/papan/layar", "page_kiosks_act", &Pages::kiosks_act);
  add("GET", "/layar/{secret}", "page_kiosk", &Pages::kiosk);
  add("GET", "/layar/{secret}/aliran", "page_kiosk_stream", &Pages::kiosk_stream);
  add("GET", "/pegawai", "page_officers", &Pages::officers);
  add("POST", "/pegawai", "page_officers_act", &Pages::officers_act);
  add("GET", "/pegawai/{id}", "page_officer", &Pages::officer);
  add("POST", "/pegawai/{id}", "page_officer_act", &Pages::officer_act);
  add("GET", "/kalender", "page_calendar", &Pages::working_calendar);
  add("POST", "/kalender", "page_calendar_act", &Pages::working_calendar_act);
  add("GET", "/kalender/berkas/{name}", "page_calendar_file", &Pages::working_calendar_file);
  add("GET", "/pesan", "page_dead_letters", &Pages::dead_letters);
  add("POST", "/pesan", "page_dead_letters_act", &Pages::dead_letters_act);
  http::require_rows(routes);
  return routes;
}

}  // namespace tenggat::pages
