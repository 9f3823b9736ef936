// A real SMTP server (OpenSMTPD, Debian package opensmtpd) of this process alone, on loopback.
// Where mail is to come under STARTTLS it is Exim: Debian 12's OpenSMTPD loses its own key at every
// handshake under OpenSSL 3.
//
// smtpd keeps its queue and control socket at fixed places and must be started by root, so it runs
// in mount and PID namespaces of its own over empty tmpfs mounts: nothing of the machine's mail is
// seen or touched, several run side by side. Without root it is started through `sudo -n`. A pipe
// on its standard input ends it, and with it the namespace, when this process dies in whatever way.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace tenggat::test {

class TestSmtpServer {
 public:
  struct Exim {
    std::filesystem::path unpacked;  // where Debian's packages of it are unpacked
    std::string certificate, key;    // PEM
  };

  // Ready to take mail when this returns; throws std::runtime_error with its log otherwise.
  TestSmtpServer();
  // Refuses a recipient before STARTTLS.
  explicit TestSmtpServer(const Exim& exim);
  ~TestSmtpServer();
  TestSmtpServer(const TestSmtpServer&) = delete;
  TestSmtpServer& operator=(const TestSmtpServer&) = delete;

  // Every recipient is taken, except those of this domain: 550 at RCPT.
  static constexpr const char* kRefusedDomain = "tolak.example";

  int port() const { return port_; }
  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }

  // The delivered mails as stored (LF line ends, Received and Delivered-To lines on top), oldest
  // first. Waits until there are `at_least`; after `limit` it returns what there is.
  std::vector<std::string> messages(
      std::size_t at_least, std::chrono::milliseconds limit = std::chrono::seconds(20)) const;

  // Where they are: one file each.
  std::filesystem::path mail_directory() const { return directory_ / "mail" / "new"; }

  std::string log() const;

 private:
  void prepare();
  void write_configuration() const;
  void write_configuration(const Exim& exim) const;
  void start();
  void launch();
  bool answers() const;
  void stop();

  std::filesystem::path directory_;
  int port_ = 0;
  pid_t process_ = -1;
  int lifeline_ = -1;
};

}  // namespace tenggat::test
