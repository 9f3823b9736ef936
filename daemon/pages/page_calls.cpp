#include "daemon/pages/page_calls.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "daemon/api/api.h"
#include "daemon/api/api_bodies.h"
#include "daemon/base/log.h"
#include "daemon/http/cookies.h"
#include "daemon/http/file_type.h"
#include "daemon/pages/words.h"
#include "daemon/store/commands.h"
#include "daemon/store/errors.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

constexpr std::string_view kUploadPrefix = "berkas:";

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// What was asked, without what differs between two sendings of one form (a boundary, for one).
std::string fingerprint(const PageCall& call, std::string_view part) {
  std::string asked = call.request.path + '\n' + std::string(part) + '\n';
  for (const http::FormField& field : call.form.fields)
    if (field.name != "token") asked += field.name + '=' + field.value + '\n';
  for (const http::FormFile& file : call.form.files) asked += file.name + '=' + file.sha256 + '\n';
  return store::sha256(asked);
}

Outcomes outcome_of(const CommandAnswer& answer) {
  using Kind = CommandAnswer::Kind;
  switch (answer.kind) {
    case Kind::done:
    case Kind::repeated:
      return {true, 303, "", answer.body};
    case Kind::refused:
      if (answer.refusal)
        return {false,
                http::problem_code(answer.refusal->reason())->status,
                refusal_words(*answer.refusal),
                {},
                std::string(http::problem_code(answer.refusal->reason())->title.english) + "."};
      break;
    case Kind::not_found:
      return {false, 404, "Permohonan tidak ditemukan.", {}, "There is no such application."};
    case Kind::key_reused:
      return {
          false,
          409,
          "Formulir ini sudah pernah dikirim dengan isi lain. Periksa keadaan terbaru di bawah, "
          "lalu ulangi bila masih perlu.",
          {},
          "This form was sent before with other content. See below how things stand now, and try "
          "again where it is still needed."};
    case Kind::busy:
      return {false,
              503,
              answer.outage.empty()
                  ? "Sistem sedang sibuk. Silakan coba lagi sebentar lagi."
                  : "Sistem sedang tidak dapat melayani. Belum ada yang berubah; silakan coba lagi "
                    "beberapa saat lagi.",
              {},
              "The system cannot serve you right now. Nothing has changed; please try again in a "
              "moment."};
    case Kind::failed:
      break;
  }
  return {false,
          500,
          "Terjadi kesalahan pada sistem. Belum ada yang berubah.",
          {},
          "Something went wrong here. Nothing has changed."};
}

}  // namespace

store::By by(const PageCall& call) { return store::By::officer(call.who->officer.id); }

// --- answers -------------------------------------------------------------------------------------

Response PageGroup::page(int status, const PageCall& call, std::string title, Html body,
                         bool wide) const {
  return page_in(wide ? Page::Frame::wide : Page::Frame::column, status, call, std::move(title),
                 std::move(body));
}

Response PageGroup::page_in(Page::Frame frame, int status, const PageCall& call, std::string title,
                            Html body) const {
  Page page;
  page.title = std::move(title);
  page.office = signing_in_.office_name();
  page.visitor = call.who ? &call.who->visitor : nullptr;
  page.frame = frame;
  page.body = std::move(body);
  return page_response(status, page);
}

Response PageGroup::refusal_page(int status, const PageCall& call, std::string title,
                                 std::string_view words) const {
  Html body = html("<h1>{}</h1><div class=\"kartu\"><p>{}</p></div>", title, words);
  return page(status, call, std::move(title), std::move(body));
}

Response PageGroup::kept_page(int status, const PageCall& call, std::string title,
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

Response PageGroup::not_found(const PageCall& call) const {
  return refusal_page(
      404, call, "Halaman tidak ditemukan",
      "Alamat ini tidak dikenal. Periksa kembali tautan pada pesan yang Anda terima; "
      "tautan harus disalin seluruhnya.");
}

Response PageGroup::stale_form(const PageCall& call) const {
  return refusal_page(
      403, call, "Formulir tidak berlaku",
      "Formulir ini tidak berasal dari halaman yang masih berlaku, sehingga tidak ada "
      "yang diubah. Silakan buka kembali halamannya dan ulangi.");
}

// --- what addresses lead to ----------------------------------------------------------------------

awaitable<Reading> PageGroup::look_up(const Request& request, pg::Pipeline looking) {
  auto waiting = door_.turn(request.remote_address);
  const http::Doorkeeper::Turn turn = co_await std::move(waiting);
  auto reading = reader_.read({}, std::move(looking));
  co_return co_await std::move(reading);
}

Response PageGroup::missed(const PageCall& call, Response answer) {
  const auto wait = door_.miss(call.request.remote_address);
  return wait.count() == 0 ? std::move(answer) : too_many_misses(call, wait);
}

Response PageGroup::too_many_misses(const PageCall& call, std::chrono::seconds wait) const {
  constexpr const char* kTitle = "Terlalu banyak percobaan";
  constexpr std::string_view kWords =
      "Terlalu banyak tautan atau sesi yang tidak dikenal datang dari jaringan ini. Yang masih "
      "berlaku tetap dapat dipakai. Silakan coba lagi beberapa saat lagi.";
  Response later = once_of(call.form) ? kept_page(429, call, kTitle, kWords)
                                      : refusal_page(429, call, kTitle, kWords);
  later.headers.set("Retry-After", std::to_string(wait.count()));
  return later;
}

// The request stands in the calling coroutine.
awaitable<std::optional<std::int64_t>> PageGroup::tracked_permit(const Request& request) {
  const std::string& secret = request.param("secret");
  const std::optional<std::string> seed = links().seed(LinkKeys::Opens::tracking, secret);
  if (!seed && !is_seed(secret)) co_return std::nullopt;
  pg::Pipeline looking;
  // One of before there were keys is as short as a seed.
  const auto tracked = seed ? store::add_find_by_tracking(looking, *seed)
                            : store::add_find_by_former_link(looking, secret);
  auto reading = look_up(request, std::move(looking));
  const Reading found = co_await std::move(reading);
  const std::optional<std::int64_t> id = found.results[tracked];
  if (!id) co_return std::nullopt;
  request.trace->actor = "applicant";
  request.trace->note_permit(*id);
  co_return id;
}

awaitable<Response> PageGroup::send_document(http::Uploads& uploads, const PageCall& call,
                                             const Permit& permit, const Document& document) {
  // Of their own, since the permit is the caller's.
  std::string name = permit.number + "-" + document.kind;
  if (!document.name.empty()) name += "-" + document.name;
  const std::string sha256 = *uploaded_hash(document.uri);
  pg::Pipeline looking;
  const auto stored = store::add_find_file(looking, sha256);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  auto file = found.results[stored];
  if (!file) co_return not_found(call);
  log_event(Level::info, "file_downloaded",
            {{"by", call.who ? "officer:" + call.who->officer.id : std::string("applicant")},
             {"permit", permit.number},
             {"kind", document.kind},
             {"from", call.request.remote_address}});
  auto sending = uploads.download(std::move(*file), std::move(name));
  co_return co_await std::move(sending);
}

// --- what forms do -------------------------------------------------------------------------------

awaitable<Outcomes> submit(office::Committer& committer, const PageCall& call, Asked asked) {
  const auto once = once_of(call.form);
  if (!once) {
    Outcomes stale{false, 400, "Formulir ini tidak lengkap; silakan buka kembali halamannya."};
    co_return stale;
  }
  CommandRequest request;
  request.permit = asked.permit;
  request.actor = std::move(asked.actor);
  request.command = std::move(asked.command);
  // A space is in no key of a token's holder.
  request.idempotency.token = asked.token;
  request.idempotency.key = "halaman " + *once + asked.part;
  request.idempotency.request = fingerprint(call, asked.part);
  auto submitting = committer.submit(std::move(request));
  const CommandAnswer answer = co_await std::move(submitting);
  co_return outcome_of(answer);
}

awaitable<std::string> change_once(pg::Pool& pool, const PageCall& call, Change work) {
  const auto once = once_of(call.form);
  if (!once) co_return "Formulir ini tidak lengkap; silakan buka kembali halamannya.";
  store::KeptAnswer keep;
  keep.token = call.who->principal.token;
  keep.key = "halaman " + *once;
  keep.request = fingerprint(call, "");
  keep.status = 303;
  auto acquiring = pool.acquire();
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
  auto working = work(call, *lease);
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
    // The same form at the same time: that one did it.
    if (store::conflict_of(error) != store::Conflict::same_key) throw;
  }
  co_return "";
}

// --- shared, pure
// -----------------------------------------------------------------------------------

bool Typed::has(std::string_view name, std::string_view value) const {
  const std::vector<std::string> all = texts(name);
  return std::find(all.begin(), all.end(), value) != all.end();
}

Html typed_values(const http::Form& form) {
  // Of the form itself, not of who filled it in.
  constexpr std::string_view kOurs[] = {"token",    "aksi",        "kunci",   "langkah",    "versi",
                                        "formulir", "tugas",       "pesan",   "yakin",      "ke",
                                        "syarat",   "syarat_jeda", "usulkan", "pesan_dalam"};
  constexpr std::string_view kField = "isian.";
  Html values;
  for (const http::FormField& field : form.fields)
    if (!field.value.empty() &&
        std::find(std::begin(kOurs), std::end(kOurs), field.name) == std::end(kOurs))
      values += html("<dt>{}</dt><dd>{}</dd>",
                     readable(std::string_view(field.name)
                                  .substr(field.name.starts_with(kField) ? kField.size() : 0)),
                     lines(field.value));
  if (values.empty()) return {};
  return html("<h2>Yang sudah Anda isi</h2><dl class=\"fakta\">{}</dl>", values);
}

Html Typed::files_are_lost(notify::Tongue tongue) const {
  if (!form_) return {};
  return in_tongue(tongue, "<p class=\"halus\">Berkas yang tadi dipilih perlu dipilih lagi.</p>",
                   "<p class=\"halus\">Files that were chosen need to be chosen again.</p>");
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
  constexpr std::string_view kOurs[] = {"/tugas",   "/permohonan/", "/cari",     "/papan",
                                        "/agenda",  "/pegawai",     "/kalender", "/pesan",
                                        "/layanan", "/eskalasi"};
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
    const http::ProblemType& type = **file.refusal;
    if (type.status == 415)
      return Outcomes{
          false, 422,
          fmt::format("Berkas {} bukan {}. Simpan sebagai salah satunya, lalu kirim lagi.",
                      file.file_name, http::file_type_names(http::Language::indonesian))};
    return Outcomes{
        false, type.status,
        fmt::format("Berkas {} tidak tersimpan. {}.", file.file_name, type.title.indonesian)};
  }
  return std::nullopt;
}

Html upload_hint(notify::Tongue tongue) {
  return in_tongue(
      tongue, "<p class=\"halus\">Berkas: {}; seluruhnya paling besar 20 MB.</p>",
      "<p class=\"halus\">Files: {}; 20 MB at most together.</p>",
      http::file_type_names(tongue == notify::Tongue::english ? http::Language::english
                                                              : http::Language::indonesian));
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

Html document_link(const Document& document, const std::string& own_prefix, const Sop& sop) {
  const std::string words = document_words(document.kind, document.name, sop);
  if (uploaded_hash(document.uri))
    return html("<a href=\"{}{}\">{}</a>", own_prefix, document.id, words);
  const auto host = http::web_host(document.uri);
  if (!host) return html("{}", words);
  return html("<a href=\"{}\" rel=\"noreferrer noopener\">{}</a> <span class=\"halus\">({})</span>",
              document.uri, words, *host);
}

Html service_choice(std::vector<const Sop*> sops, std::string_view chosen, std::string_view all) {
  std::sort(sops.begin(), sops.end(),
            [](const Sop* a, const Sop* b) { return a->title < b->title; });
  Html options;
  if (!all.empty()) options = option("", all, chosen.empty());
  for (const Sop* sop : sops) options += option(sop->id, sop->title, sop->id == chosen);
  return html("<select id=\"sop\" name=\"sop\">{}</select>", options);
}

std::string session_cookie(const std::string& public_url, const std::string& secret,
                           std::chrono::seconds lives) {
  const bool https = public_url.starts_with("https://");
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}",
                     http::bound_to_host(kSessionCookie, https), secret, lives.count(),
                     https ? "; Secure" : "");
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

}  // namespace tenggat::pages
