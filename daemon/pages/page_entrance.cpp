#include "daemon/pages/page_entrance.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "daemon/api/api.h"
#include "daemon/http/cookies.h"
#include "daemon/office/observers.h"
#include "daemon/pages/words.h"
#include "daemon/store/people.h"
#include "daemon/store/sessions.h"

namespace tenggat::pages {
namespace {

// Long enough for any command to be done, or refused.
constexpr std::chrono::minutes kUploadWaits{15};

constexpr std::string_view kSessionOver =
    "Belum ada yang berubah. Masuk kembali di tab lain, lalu kembali ke halaman ini dan tekan "
    "Lanjutkan pengisian.";
constexpr const char* kFormOfAnotherSession =
    "Formulir ini dibuka sebelum Anda masuk kembali, sehingga belum ada yang diubah. Periksa "
    "isinya, "
    "lalu kirim sekali lagi.";

bool takes_files(const http::RouteRow& row) { return row.body == In::file; }

// The session's secret in the Cookie header; nothing where it is absent or not of our form.
std::optional<std::string> session_secret(const Request& request, const std::string& public_url) {
  const std::string name = http::bound_to_host(kSessionCookie, public_url.starts_with("https://"));
  for (const std::string_view value : cookies(request.headers, name))
    if (store::is_session_secret(value)) return std::string(value);
  return std::nullopt;
}

// Browsers say where a form was sent from; another site's is refused whatever it holds.
bool from_another_site(const Request& request) {
  const auto site = request.headers.get("Sec-Fetch-Site");
  return site && *site != "same-origin" && *site != "none";
}

}  // namespace

http::Route PageEntrance::route(PageRoute page) {
  const auto its = std::make_shared<const PageRoute>(std::move(page));
  return http::route_of(its->row, std::bind_front(&PageEntrance::enter, shared_from_this(), its));
}

// --- who comes -----------------------------------------------------------------------------------

awaitable<Response> PageEntrance::sign_in_first(PageCall call, http::Form& kept,
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

awaitable<std::optional<SignedIn>> PageEntrance::who_has_signed_in(const Request& request,
                                                                   std::string secret) {
  pg::Pipeline looking;
  const auto asked = store::add_find_session(looking, secret);
  auto reading = look_up(request, std::move(looking));
  const Reading found = co_await std::move(reading);
  const auto session = found.results[asked];
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  if (!session || sops.empty()) co_return std::nullopt;
  const Context context = rulebook_.context(*sops.front(), found.moment.now);
  const Officer* officer = context.people.find(session->officer);
  if (!officer || (!officer->ended.empty() && officer->ended <= context.today()))
    co_return std::nullopt;
  SignedIn who;
  who.principal.kind = http::Principal::Kind::officer;
  who.principal.id = officer->id;
  who.principal.token = -session->id;
  who.principal.administrator = store::is_administrator(*officer);
  who.principal.overseer = office::oversees(rulebook_, officer->id);
  who.session = session->id;
  who.officer = *officer;
  who.visitor = {
      officer->name,
      duties_words(context.people.duties(officer->id, context.today()), sops, context.people),
      csrf_token(secret, "sesi"),
      who.principal.administrator,
      who.principal.overseer,
      !http::roles_below(officer->id, rulebook_, found.moment.now).empty(),
      reads_reports(rulebook_, officer->id, found.moment.now)};
  who.now = found.moment.now;
  if (session->stale) {
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    pg::Pipeline extending;
    store::add_extend_session(extending, session->id);
    auto running = lease->run(std::move(extending));
    co_await std::move(running);
    who.extended = std::move(secret);
  }
  co_return who;
}

awaitable<Response> PageEntrance::admit(std::shared_ptr<const PageRoute> route, PageCall call,
                                        http::Form& kept) {
  if (!http::includes(route->row.who, Who::anyone)) {
    std::chrono::seconds wait{0};
    if (const auto secret = session_secret(call.request, public_url_)) {
      auto looking = who_has_signed_in(call.request, *secret);
      call.who = co_await std::move(looking);
      if (call.who) call.request.trace->actor = http::words_of(call.who->principal);
      if (!call.who) wait = door_.miss(call.request.remote_address);
    }
    const auto access = http::authorize(call.who ? &call.who->principal : nullptr, route->row.who);
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
  auto answering = route->by(std::move(call));
  Response response = co_await std::move(answering);
  if (!extended.empty() && response.headers.count("Set-Cookie") == 0)
    response.headers.set("Set-Cookie", session_cookie(public_url_, extended, store::kSessionLives));
  co_return response;
}

awaitable<Response> PageEntrance::enter(std::shared_ptr<const PageRoute> route, Request request) {
  PageCall call;
  call.request = std::move(request);
  call.row = &route->row;
  PageCall bare;  // what a page about an outage needs
  bare.request.route = call.request.route;
  bare.request.path = call.request.path;
  const auto files = call.files;
  std::optional<Response> answer, outage;
  std::exception_ptr broken;
  try {
    auto admitting = admit(route, std::move(call), bare.form);
    answer = co_await std::move(admitting);
  } catch (const pg::Error& error) {
    outage = http::outage_answer(error, http::Language::indonesian);
    if (!outage) broken = std::current_exception();
  } catch (...) {
    broken = std::current_exception();
  }
  // What a command took stays.
  if (!files->empty()) {
    auto dropping = uploads_.drop(*files);
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

// --- forms as they come --------------------------------------------------------------------------

awaitable<std::optional<http::Sender>> PageEntrance::sender_of(const PageCall& call) {
  const http::UploadLimits& limits = uploads_.limits();
  http::Sender sender;
  sender.keep_for = kUploadWaits;
  if (call.who) {
    sender.name = fmt::format("session {}", call.who->session);
    sender.a_day = limits.sender_bytes_a_day;
    sender.added_by = call.who->officer.id;
    co_return sender;
  }
  // Without a session files come by a tracking link alone.
  if (!takes_files(*call.row) || !http::includes(call.row->who, Who::anyone))
    co_return std::nullopt;
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) {
    // Of a whole form the endpoint says it.
    if (call.request.incoming) door_.miss(call.request.remote_address);
    co_return std::nullopt;
  }
  sender.name = fmt::format("permit {}", *id);
  sender.permit = *id;
  sender.a_day = limits.permit_bytes;  // a link can send on a day what its permit may have
  sender.added_by = kSpeaksForApplicant;
  co_return sender;
}

// Whose session has ended is shown what came of the form, however much more there is.
awaitable<void> PageEntrance::take_begun_form(PageCall& call, http::Form& kept) {
  try {
    auto taking = take_form(call, kept);
    co_await std::move(taking);
  } catch (const http::BodyFault&) {
    // The page says it.
  }
}

awaitable<bool> PageEntrance::take_form(PageCall& call, http::Form& kept) {
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
awaitable<bool> PageEntrance::read_pieces(PageCall& call, http::FormReader& reader,
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
  const bool takes = takes_files(*call.row);
  const http::BodySize most = !sender ? http::BodySize::stranger
                              : takes ? http::BodySize::file
                                      : http::BodySize::known;
  std::shared_ptr<http::Uploads::Account> account;
  std::optional<http::ProblemCode> full;
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
        auto opening = uploads_.open(*sender);
        account = co_await std::move(opening);
        // What will not all be taken is not begun.
        full = account->refusal(bytes_announced(call.request));
      }
      form.files.back().refusal = full;
      if (full) continue;
      upload = std::make_unique<http::Upload>(uploads_, account);
    }
  }
}

}  // namespace tenggat::pages
