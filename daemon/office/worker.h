// Whoever works by itself for as long as the daemon runs. Its registry (daemon/app/workers) starts,
// wakes, reloads, stops and watches all of them by this alone.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "daemon/office/trouble.h"

namespace tenggat {
struct Config;
struct Secrets;
namespace notify {
class Outgoing;
class Texts;
}  // namespace notify
}  // namespace tenggat

namespace tenggat::office {

// What workers take from the files that were read. A reload hands over all of it anew.
struct Setup {
  const Config& config;
  const Secrets& secrets;
  std::shared_ptr<const notify::Texts> texts;
  std::shared_ptr<notify::Outgoing> outgoing;
};

class Worker {
 public:
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // In the log, in the metrics and where it is said what a stop waits for.
  const std::string& name() const { return trouble_.loop(); }
  // Until stop(); then what is under way is still done and it returns.
  virtual boost::asio::awaitable<void> run() = 0;
  virtual void stop() = 0;
  // There may be work. Who goes by the clock alone does not listen.
  virtual void wake() {}
  virtual void reload(const Setup&) {}
  const Trouble& trouble() const { return trouble_; }

 protected:
  explicit Worker(std::string name) : trouble_(std::move(name)) {}

  Trouble trouble_;
};

}  // namespace tenggat::office
