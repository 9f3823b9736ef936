// tenggatd as a process of a test's own: its configuration, its start, its ends. TENGGAT_PROGRAMS
// names the folder of another build's programs ("build/release/daemon"); else they are this one's.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tenggat::test {

struct CommandResult {
  int status = 0;
  std::string out, err;
};

class DaemonProcess {
 public:
  struct Options {
    std::string conninfo;
    std::string clock;  // START@SPEED; empty: the office runs in real time
    // Further keys of the configuration file, as YAML lines.
    std::string configuration;
    std::map<std::string, std::string> environment;  // of tenggatd
    std::filesystem::path rules;                     // empty: those that ship
  };

  // Writes the configuration into a directory of its own; starts nothing.
  explicit DaemonProcess(Options options);
  ~DaemonProcess();  // SIGKILL where it still runs
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  // Starts it and waits until /readyz says ready. Throws std::runtime_error with its log where it
  // ends first, or is not ready in time.
  void start(std::chrono::seconds limit = std::chrono::seconds(20));
  void launch();  // starts it and does not wait
  bool ready() const;
  void signal(int number);
  int terminate();  // SIGTERM; its exit status
  void kill9();     // SIGKILL, waits; nothing where it does not run
  // Whether it has ended by itself (a crash point); then it may be started again.
  bool ended();
  int last_status() const { return last_status_; }  // of that end: 128 + its signal, or its status
  pid_t pid() const { return pid_; }

  // `tenggatd ...` for a short while: its status and what it printed.
  CommandResult tenggatd(const std::vector<std::string>& arguments);
  // `tenggat ...` with this daemon's configuration and address; `token` for those that ask the API.
  CommandResult tenggat(const std::vector<std::string>& arguments, const std::string& token = "");

  // The same, expected to end with 0: what it printed. Throws std::runtime_error.
  std::string must(const std::vector<std::string>& arguments);
  // `tenggat token create ...`
  std::string new_token(const std::vector<std::string>& whose);

  // What may be changed before the next start.
  Options& options() { return options_; }
  void write_configuration();

  // A link as the database holds it, "/masuk/…" or "/lacak/…", with the mark that opens it.
  std::string completed(const std::string& link) const;

  int api_port() const { return api_port_; }
  int admin_port() const { return admin_port_; }
  const std::filesystem::path& directory() const { return directory_; }
  std::string log() const;

 private:
  CommandResult ran(const std::vector<std::string>& command,
                    const std::map<std::string, std::string>& environment);

  Options options_;
  std::filesystem::path directory_;
  pid_t pid_ = 0;
  int last_status_ = 0;
  int api_port_ = 0, admin_port_ = 0;
};

}  // namespace tenggat::test
