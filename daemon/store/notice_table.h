// The table of notices as one list of columns: written with the decision behind them, read by who
// makes messages of them and by who says why somebody was told.
#pragma once
#include "daemon/store/columns.h"
#include "rules/permit/notice.h"

namespace tenggat::store {

template <>
struct Codec<Audience> : WordCodec<Audience, to_string, parse_audience> {};
template <>
struct Codec<Addressee> {
  static constexpr const char* kSql = "text";
  static std::string put(const Addressee& addressee) { return addressee.to_string(); }
  static Addressee get(const pg::Result& r, int row, int column) {
    return Addressee::parse(r.text(row, column));
  }
};
template <>
struct Codec<NoticeKind> {
  static constexpr const char* kSql = "text";
  static std::string put(const NoticeKind& kind) { return kind.to_string(); }
  static NoticeKind get(const pg::Result& r, int row, int column) {
    return NoticeKind::parse(r.text(row, column));
  }
};
// A JSON object of texts; which of the details it is its names tell.
template <>
struct Codec<NoticeDetails> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const NoticeDetails& details);
  static NoticeDetails get(const pg::Result& r, int row, int column);
};

// What a notice says, without the details that only its text needs.
inline constexpr auto kNoticeFacts =
    columns(fixed("visit", &Notice::visit), fixed("kind", &Notice::kind), fixed("k", &Notice::k),
            fixed("occurrence", &Notice::occurrence), fixed("addressee", &Notice::addressee),
            fixed("audience", &Notice::audience), fixed("text", &Notice::text),
            fixed("reason", &Notice::reason), fixed("raised_at", &Notice::raised_at),
            fixed("hold_until", &Notice::hold_until), fixed("cause", &Notice::cause),
            fixed("urgent", &Notice::urgent));
inline constexpr auto kNoticeDetails = columns(fixed("details", &Notice::details));

}  // namespace tenggat::store
