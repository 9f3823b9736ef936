// Ends whatever waits on the database, from elsewhere and at once: for a program that is to end
// though its database answers nothing. One for each io_context:
// boost::asio::use_service<Cut>(io).
#pragma once
#include <boost/asio/execution_context.hpp>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

namespace tenggat::pg {

class Cut : public boost::asio::execution_context::service {
  using Ends = std::list<std::function<void()>>;

 public:
  using key_type = Cut;
  inline static boost::asio::execution_context::id id;
  explicit Cut(boost::asio::execution_context& owner) : service(owner) {}

  // While it lives, its function is called by now(). May outlive the Cut.
  class Member {
   public:
    Member(std::shared_ptr<Ends> ends, Ends::iterator one) : ends_{std::move(ends)}, one_{one} {}
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member() { ends_->erase(one_); }

   private:
    std::shared_ptr<Ends> ends_;
    Ends::iterator one_;
  };
  std::unique_ptr<Member> add(std::function<void()> end) {
    return std::make_unique<Member>(ends_, ends_->insert(ends_->end(), std::move(end)));
  }

  // Sessions close, those being opened are given up, and none is opened from then on: who waits
  // gets a ConnectionLost, and who comes later one with the first `sqlstate` and `why`.
  void now(std::string sqlstate = "08006", std::string why = "the program ends") {
    if (!made_) {
      sqlstate_ = std::move(sqlstate);
      why_ = std::move(why);
    }
    made_ = true;
    const Ends all = *ends_;
    for (const auto& end : all) end();
  }
  bool made() const { return made_; }
  // Names that were asked for and not answered yet. Nothing interrupts that: whoever takes the
  // io_context apart waits for it.
  int lookups = 0;
  const std::string& sqlstate() const { return sqlstate_; }
  const std::string& why() const { return why_; }

 private:
  void shutdown() noexcept override {}

  std::shared_ptr<Ends> ends_ = std::make_shared<Ends>();
  bool made_ = false;
  std::string sqlstate_, why_;
};

}  // namespace tenggat::pg
