#include "tests/support/office_load.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/support/http_client.h"

namespace tenggat::test {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

using std::chrono::steady_clock;

// Between two tries of one command.
constexpr std::chrono::milliseconds kTryAgain{50};

struct Act {
  const char* call;  // "actions", "claim", "pause", "resume"
  const char* step;
  const char* action;  // empty but for "actions"
  const char* by;      // officer id; empty: the applicant
  std::vector<const char*> documents = {};
  const char* note = "";  // or the reason of a pause
};

using Life = std::vector<Act>;

Life life_of(int number) {
  Life life;
  const auto add = [&life](Act act) { life.push_back(std::move(act)); };
  if (number % 7 == 3) {
    add({"actions", "verifikasi", "reject", "fo", {}, "Akta belum dilegalisasi"});
    add({"actions", "pengajuan", "submit", "", {"persyaratan_izin_paud"}});
  }
  if (number % 5 == 1) add({"claim", "verifikasi", "", "fo"});
  add({"actions", "verifikasi", "accept", "fo"});
  add({"actions", "penerimaan", "forward", "bo"});
  if (number % 6 == 2) {
    add({"pause", "kajian_teknis", "", "dt", {}, "kunjungan_lapangan"});
    add({"resume", "kajian_teknis", "", "dt"});
  }
  const bool grant = number % 11 != 5;
  add({"actions",
       "kajian_teknis",
       grant ? "recommend" : "not_recommend",
       "dt",
       {"bapl", "rekomendasi"},
       grant ? "" : "Ruang belajar belum memenuhi syarat"});
  add({"actions", "penyusunan_sk", "draft", "bo", {"draft_sk"}});
  add({"actions", "persetujuan_kabid", "approve", "kb"});
  if (number % 13 == 4) {
    add({"actions", "persetujuan_sekretaris", "return", "s", {}, "Nama lembaga belum sesuai akta"});
    add({"actions", "penyusunan_sk", "draft", "bo", {"draft_sk"}});
    add({"actions", "persetujuan_kabid", "approve", "kb"});
  }
  add({"actions", "persetujuan_sekretaris", "approve", "s"});
  if (grant) {
    add({"actions", "penandatanganan", "sign", "kd", {"surat_keputusan"}});
    add({"actions", "penerimaan_sk", "receive", ""});
  } else {
    add({"actions", "penandatanganan", "refuse", "kd", {"surat_penolakan"}});
  }
  return life;
}

// The head comes in person, everybody else through the portal.
bool comes_in_person(const Act& act) { return std::string_view(act.by) == "kd"; }

const std::string& token_of(const Act& act, const OfficeLoad::Tokens& tokens) {
  return comes_in_person(act) ? tokens.head : tokens.portal;
}

std::string body_of(const Act& act, const std::string& name) {
  json::object body{{"step", act.step}};
  if (*act.action) body["action"] = act.action;
  if (*act.by && !comes_in_person(act)) body["on_behalf_of"] = act.by;
  if (*act.note) body[std::string_view(act.call) == "pause" ? "reason" : "note"] = act.note;
  if (!act.documents.empty()) {
    json::array documents;
    for (const char* kind : act.documents)
      documents.push_back(
          json::object{{"kind", kind},
                       {"uri", fmt::format("https://example.go.id/{}/{}.pdf", name, kind)},
                       {"number", fmt::format("503/{}/DPMPTSP/2026", name)}});
    body["documents"] = std::move(documents);
  }
  return json::serialize(body);
}

std::string submission(int number, const std::string& name, int reachable) {
  json::object applicant{{"name", "Pemohon " + name}};
  if (reachable > 0 && number % reachable == 0) {
    if (number / reachable % 2 == 0)
      applicant["email"] = fmt::format("pemohon{}@example.id", number);
    else
      applicant["whatsapp"] = fmt::format("0813{:08}", number);
  }
  return json::serialize(json::object{
      {"sop", "paud"},
      {"applicant", std::move(applicant)},
      {"subject", "TK " + name},
      {"external_id", name},
      {"documents", json::array{json::object{{"kind", "persyaratan_izin_paud"},
                                             {"uri", "https://example.go.id/" + name}}}}});
}

struct Command {
  std::string path, token, key, body;
  std::string action;  // as the ledger calls it
};

}  // namespace

struct OfficeLoad::Impl {
  explicit Impl(Options options_in) : options(std::move(options_in)) {}

  asio::awaitable<void> work(int client);
  asio::awaitable<void> live(std::shared_ptr<HttpClient>& http, std::size_t& port, int number);
  // Repeats one command until it is answered; its permit's id, or 0 where it was refused.
  asio::awaitable<std::int64_t> done(std::shared_ptr<HttpClient>& http, std::size_t& port,
                                     Command command);
  asio::awaitable<void> turn();
  asio::awaitable<void> pause(steady_clock::duration time);

  Options options;
  asio::io_context io{1};
  std::thread thread;
  steady_clock::time_point next_turn = steady_clock::now();
  int applications = 0;

  mutable std::mutex mutex;  // of what follows
  std::condition_variable ended;
  int working = 0;
  bool stopping = false;
  Counts counts;
  std::vector<Acknowledged> ledger;
  std::vector<std::string> refusals;
};

asio::awaitable<void> OfficeLoad::Impl::pause(steady_clock::duration time) {
  asio::steady_timer timer(io, time);
  co_await timer.async_wait(asio::use_awaitable);
}

// Commands leave at the given rate; what was missed during an outage is not caught up with.
asio::awaitable<void> OfficeLoad::Impl::turn() {
  const auto now = steady_clock::now();
  next_turn = std::max(next_turn, now - std::chrono::milliseconds(50)) +
              std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / options.rate));
  if (next_turn > now) co_await pause(next_turn - now);
}

asio::awaitable<std::int64_t> OfficeLoad::Impl::done(std::shared_ptr<HttpClient>& http,
                                                     std::size_t& port, Command command) {
  co_await turn();
  for (int tries = 1;; ++tries) {
    HttpAnswer answer;
    bool cut = false;
    try {
      std::string request =
          http_request("POST", command.path, command.token, command.key, command.body);
      answer = co_await http->exchange(std::move(request));
    } catch (const boost::system::system_error&) {
      cut = true;
    }
    if (cut || answer.status == 503) {
      {
        const std::lock_guard lock(mutex);
        ++(cut ? counts.cut : counts.busy);
      }
      if (cut) {
        port = (port + 1) % options.ports.size();
        http = std::make_shared<HttpClient>(io.get_executor(), options.ports[port]);
      }
      co_await pause(kTryAgain);
      continue;
    }
    const std::lock_guard lock(mutex);
    if (answer.status / 100 != 2) {
      ++counts.refused;
      refusals.push_back(fmt::format("{} {} {}: {} {}", command.key, command.action, command.path,
                                     answer.status, answer.body));
      co_return 0;
    }
    const json::value state = json::parse(answer.body);
    Acknowledged one;
    one.key = std::move(command.key);
    one.action = std::move(command.action);
    one.permit = std::stoll(std::string(state.at("id").as_string()));
    one.version = state.at("version").to_number<std::int64_t>();
    one.state = std::string(state.at("state").as_string());
    one.tries = tries;
    ++counts.acknowledged;
    ledger.push_back(one);
    co_return one.permit;
  }
}

asio::awaitable<void> OfficeLoad::Impl::live(std::shared_ptr<HttpClient>& http, std::size_t& port,
                                             int number) {
  const std::string name = fmt::format("{}-{}", options.run, number);
  Command submit{"/api/v1/permits", options.tokens.portal, name,
                 submission(number, name, options.reachable), "submit"};
  const std::int64_t permit = co_await done(http, port, std::move(submit));
  if (permit == 0) co_return;
  Life life = life_of(number);
  if (options.left_lying > 0 && number % options.left_lying == 0)
    life.resize(static_cast<std::size_t>(number / options.left_lying) % (life.size() - 1));
  for (std::size_t i = 0; i < life.size(); ++i) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) co_return;
    }
    const Act& act = life[i];
    Command next{fmt::format("/api/v1/permits/{}/{}", permit, act.call),
                 token_of(act, options.tokens), fmt::format("{}-{}", name, i), body_of(act, name),
                 *act.action ? act.action : act.call};
    const bool went = co_await done(http, port, std::move(next)) != 0;
    if (!went) co_return;
  }
}

asio::awaitable<void> OfficeLoad::Impl::work(int client) {
  std::size_t port = static_cast<std::size_t>(client) % options.ports.size();
  auto http = std::make_shared<HttpClient>(io.get_executor(), options.ports[port]);
  while (true) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) break;
    }
    co_await live(http, port, ++applications);
  }
}

OfficeLoad::Tokens OfficeLoad::staff(DaemonProcess& daemon) {
  const std::pair<const char*, const char*> people[] = {
      {"fo", "front_office"},         {"bo", "back_office"},     {"dt", "dinas_teknis"},
      {"kdt", "kepala_dinas_teknis"}, {"kb", "kabid_perizinan"}, {"s", "sekretaris"},
      {"kd", "kepala_dinas"}};
  int number = 0;
  for (const auto& [id, role] : people) {
    std::vector<std::string> arguments{
        "officer", "add", "--id", id, "--name", fmt::format("Pegawai {}", id), "--role", role};
    if (++number % 2 == 0) {
      arguments.push_back("--email");
      arguments.push_back(fmt::format("{}@banjarbaru.example", id));
    } else {
      arguments.push_back("--whatsapp");
      arguments.push_back(fmt::format("0812 3456 {:04}", number));
    }
    daemon.must(arguments);
  }
  return {daemon.new_token({"--service", "portal", "--scope", "intake,act,read"}),
          daemon.new_token({"--officer", "kd"})};
}

OfficeLoad::OfficeLoad(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

OfficeLoad::~OfficeLoad() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void OfficeLoad::start() {
  impl_->working = impl_->options.clients;
  for (int client = 0; client < impl_->options.clients; ++client)
    asio::co_spawn(impl_->io, impl_->work(client),
                   [impl = impl_.get()](std::exception_ptr failure) {
                     const std::lock_guard lock(impl->mutex);
                     if (failure) {
                       try {
                         std::rethrow_exception(failure);
                       } catch (const std::exception& why) {
                         ++impl->counts.refused;
                         impl->refusals.push_back(fmt::format("a client ended: {}", why.what()));
                       }
                     }
                     --impl->working;
                     impl->ended.notify_all();
                   });
  impl_->thread = std::thread([io = &impl_->io] { io->run(); });
}

bool OfficeLoad::finish(std::chrono::seconds limit) {
  std::unique_lock lock(impl_->mutex);
  impl_->stopping = true;
  return impl_->ended.wait_for(lock, limit, [this] { return impl_->working == 0; });
}

OfficeLoad::Counts OfficeLoad::counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->counts;
}

std::vector<OfficeLoad::Acknowledged> OfficeLoad::acknowledged() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger;
}

std::vector<std::string> OfficeLoad::refusals() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->refusals;
}

}  // namespace tenggat::test
