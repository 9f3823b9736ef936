// Meta's Cloud API as far as we use it, on loopback: takes what Meta would take, refuses what Meta
// would refuse with Meta's own error codes, and keeps what it took.
// Source: docs/domain.md, Meta Cloud API.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "notifiers/outgoing.h"
#include "notifiers/text.h"
#include "notifiers/whatsapp/meta.h"

namespace tenggat::test {

class MetaSink {
 public:
  struct Taken {
    std::string id;       // "wamid..."
    std::string message;  // the sender's own id, which receipts give back
    std::string to, template_name;
    std::vector<std::string> parameters;
  };

  // The texts' templates are the approved ones, in language id.
  explicit MetaSink(const notify::Texts& approved);
  ~MetaSink();

  // What the daemon must be configured with to reach this sink.
  notify::WhatsappConfig config() const;

  // The next request is judged as always, then answered like this instead; several queue up.
  void answer_next(int http_status, int error_code, std::string extra_header = "");
  // From now on every request that no scripted answer waits for is answered like this; 0: as
  // judged.
  void answer_all(int http_status, int error_code);
  // What the account answers when its templates are asked for: at first those it takes, approved,
  // 25 a page.
  void templates(std::vector<notify::meta::TemplateState> all);
  // From now on that is answered like this; 0: as it is.
  void refuse_templates(int http_status, int error_code);
  int templates_asked() const;  // pages given or refused
  void cut_next();  // the whole request is read, then the connection closed without an answer

  // From now on a message is taken and its answer kept back, those behind it wait, until release().
  void hold();
  void release();
  bool holding() const;  // an answer is being kept back

  // Waits until there are `at_least`; after `limit` it returns what there is.
  std::vector<Taken> taken(std::size_t at_least,
                           std::chrono::milliseconds limit = std::chrono::seconds(10)) const;
  // Every request that was not in Meta's form, in words; empty is what a test expects.
  std::vector<std::string> faults() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tenggat::test
