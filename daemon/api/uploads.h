// Files on their way into the database and out of it, a chunk at a time: none is ever held whole.
//
// What comes in counts against its sender's share from the first byte, and nobody is answered for
// it before it is stored. Until a command names it, it is kept for a while only (store/files.h).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/file_type.h"
#include "daemon/http/message.h"
#include "daemon/http/pdf_pages.h"
#include "daemon/pg/pool.h"
#include "daemon/store/files.h"
#include "daemon/store/hash.h"

namespace tenggat::http {

using boost::asio::awaitable;

struct UploadLimits {
  std::uint64_t permit_bytes = 200ULL << 20U;         // the files of one permit together
  std::uint64_t sender_bytes_a_day = 2048ULL << 20U;  // of a token or a session
};

// Who sends files, and what comes of them.
struct Sender {
  std::string name;         // "token 7", "session 3", "permit 417"
  std::int64_t permit = 0;  // whose link it is: its files count, too; 0: none
  std::uint64_t a_day = 0;
  std::string added_by;
  std::chrono::seconds keep_for{};  // until a command names them
};

// A day of shares begins at midnight UTC.
std::chrono::seconds seconds_to_next_share();

class Uploads {
  struct Tally {
    std::size_t accounts = 0;
    std::uint64_t under_way = 0, finished = 0;
  };
  using Tallies = std::map<std::string, Tally>;  // by sender

 public:
  // The pool must outlive it and everything that is under way.
  Uploads(pg::Pool& pool, UploadLimits limits) : pool_(pool), limits_(limits) {}
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;

  const UploadLimits& limits() const { return limits_; }

  // What a sender has left, for as long as files of theirs are under way.
  class Account {
   public:
    Account(Uploads& uploads, Sender sender);
    ~Account();
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;
    const Sender& sender() const { return sender_; }
    void know(store::Share share) { share_ = share; }  // as add_find_share() says
    // Why so much more may not come, if it may not.
    std::optional<ProblemCode> refusal(std::uint64_t more) const;

   private:
    friend class Upload;
    Tally& tally() const { return tallies_->at(sender_.name); }

    std::shared_ptr<Tallies> tallies_;
    std::uint64_t permit_bytes_;
    Sender sender_;
    store::Share share_;
    std::uint64_t finished_before_;
  };
  std::shared_ptr<Account> account(Sender sender) {
    return std::make_shared<Account>(*this, std::move(sender));
  }
  // With what it has left.
  awaitable<std::shared_ptr<Account>> open(Sender sender);

  // Takes back what these uploads alone hold, by hash and content. An outage leaves it to be
  // collected.
  using Files = std::vector<std::pair<std::string, std::int64_t>>;
  awaitable<void> drop(Files files);

  // What is stored, as a download under this name.
  awaitable<Response> download(store::StoredFile file, std::string name);

 private:
  friend class Upload;
  pg::Pool& pool_;
  UploadLimits limits_;
  std::shared_ptr<Tallies> tallies_ = std::make_shared<Tallies>();  // outlives who is cut off
};

// One file that comes in. Ends with finish() or drop(); what is left of it otherwise is collected.
class Upload {
 public:
  // So much of the share is set aside for it; what comes beyond counts as it comes.
  Upload(Uploads& uploads, std::shared_ptr<Uploads::Account> account, std::uint64_t announced = 0);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  awaitable<void> add(std::string_view bytes);  // they must outlive the call
  // In one transaction with `more`.
  awaitable<void> finish(pg::Pipeline more = {});
  // Does not throw for an outage.
  awaitable<void> drop();

  // Why it is not kept; nothing: so far it is. What follows is dropped.
  const std::optional<ProblemCode>& refusal() const { return refusal_; }
  std::size_t size() const { return size_; }
  const std::string& sha256();  // hex, once all has come
  // Once it is known.
  const FileType* type() const { return type_; }
  std::int64_t content() const { return content_; }

 private:
  awaitable<void> write_chunk();
  awaitable<void> tell_type();
  void refuse(ProblemCode code) { refusal_ = code; }
  std::optional<ProblemCode> count(std::size_t bytes);

  Uploads& uploads_;
  std::shared_ptr<Uploads::Account> account_;
  std::int64_t content_ = store::new_content();
  store::Sha256 hash_;
  std::string sha256_, head_, chunk_;
  PdfPages pages_;
  int chunks_ = 0;  // written
  std::size_t size_ = 0;
  std::uint64_t set_aside_;
  bool finished_ = false;
  std::size_t counted_ = 0;  // in the share that the database knows
  const FileType* type_ = nullptr;
  std::optional<ProblemCode> refusal_;
};

}  // namespace tenggat::http
