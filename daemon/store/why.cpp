#include "daemon/store/why.h"

#include "daemon/store/notice_table.h"

namespace tenggat::store {
namespace {

constexpr auto kState =
    columns(given("id", &ToldNotice::id), given("state", &ToldNotice::state),
            given("state_reason", &ToldNotice::state_reason),
            given("state_at", &ToldNotice::state_at), given("send_at", &ToldNotice::send_at));
constexpr auto kTold = kState + kNoticeFacts;
constexpr auto kMessage = columns(
    given("id", &ToldMessage::id), given("recipient", &ToldMessage::recipient),
    given("acting_for", &ToldMessage::acting_for), given("why", &ToldMessage::why),
    given("channel", &ToldMessage::channel), given("text", &ToldMessage::text),
    given("state", &ToldMessage::state), given("reason", &ToldMessage::reason),
    given("rendered_at", &ToldMessage::rendered_at),
    given("accepted_at", &ToldMessage::accepted_at),
    given("provider_id", &ToldMessage::provider_id),
    given("falls_back_from", &ToldMessage::falls_back_from),
    given("delivered_at", &ToldMessage::delivered_at), given("read_at", &ToldMessage::read_at),
    given("undelivered_at", &ToldMessage::undelivered_at),
    given<TextOrEmpty>("undelivered_reason", &ToldMessage::undelivered_reason),
    given("undelivered_detail", &ToldMessage::undelivered_detail));

struct AttemptOf {
  std::int64_t message = 0;
};
constexpr auto kAttempt = columns(
    given("message", &AttemptOf::message), given("started_at", &ToldAttempt::started_at),
    given("finished_at", &ToldAttempt::finished_at), given("outcome", &ToldAttempt::outcome),
    given("reason", &ToldAttempt::reason), given("detail", &ToldAttempt::detail));

}  // namespace

auto parts_of(ToldNotice& told) { return std::tie(told, told.notice); }

ToldAbout::ToldAbout(pg::Pipeline& pipeline, std::int64_t permit) {
  // One row a message, or one for a notice that has none.
  static const pg::Query<std::vector<ToldNotice>> notices{
      kMessage.shape().in(
          kTold.shape().in(
              "SELECT {n}, {m} FROM notice n LEFT JOIN message_notice l ON l.notice = n.id"
              " LEFT JOIN message m ON m.id = l.message WHERE n.permit = $1::bigint"
              " ORDER BY n.raised_at, n.id, m.id",
              "n"),
          "m"),
      [](const pg::Result& r) { return grouped<kTold, kMessage>(r, &ToldNotice::messages); }};
  static const pg::Query<std::map<std::int64_t, std::vector<ToldAttempt>>> attempts{
      kAttempt.shape().in("SELECT {a} FROM attempt a"
                          " WHERE a.message IN (SELECT l.message FROM message_notice l"
                          "   JOIN notice n ON n.id = l.notice WHERE n.permit = $1::bigint)"
                          " ORDER BY a.message, a.fence",
                          "a"),
      [](const pg::Result& r) {
        std::map<std::int64_t, std::vector<ToldAttempt>> all;
        for (int row = 0; row < r.rows(); ++row) {
          AttemptOf of;
          ToldAttempt attempt;
          kAttempt.read(r, row, 0, of, attempt);
          all[of.message].push_back(std::move(attempt));
        }
        return all;
      }};
  notices_ = pipeline.add(notices, permit);
  attempts_ = pipeline.add(attempts, permit);
}

std::vector<ToldNotice> ToldAbout::read(const pg::Results& results) const {
  std::map<std::int64_t, std::vector<ToldAttempt>> attempts = results[attempts_];
  std::vector<ToldNotice> all = results[notices_];
  for (ToldNotice& notice : all)
    for (ToldMessage& message : notice.messages) message.attempts = attempts[message.id];
  return all;
}

}  // namespace tenggat::store
