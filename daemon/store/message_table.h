// The table of messages as it is written: what a message says to whom, and by which way it goes.
#pragma once
#include "daemon/store/channel_codec.h"
#include "daemon/store/columns.h"
#include "daemon/store/outbox.h"

namespace tenggat::store {

// What a text was made of, as a JSON object.
struct RenderedFields {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const notify::Rendered& rendered);
};
struct QueuedOrTrial {
  static constexpr const char* kSql = "text";
  static std::string_view put(bool trial) { return trial ? "trial" : "queued"; }
};

// The same whichever way it goes.
inline constexpr auto kMessageContent =
    columns(fixed("recipient", &NewMessage::recipient),
            fixed("acting_for", &NewMessage::acting_for), fixed("why", &NewMessage::why),
            fixed("name", &NewMessage::name), fixed("text", &NewMessage::text),
            fixed("subject", &NewMessage::rendered, &notify::Rendered::subject),
            fixed("body", &NewMessage::rendered, &notify::Rendered::body),
            fixed<RenderedFields>("fields", &NewMessage::rendered),
            fixed("template", &NewMessage::rendered, &notify::Rendered::template_name),
            fixed("thread", &NewMessage::thread), fixed("rendered_at", &NewMessage::rendered_at));
inline constexpr auto kMessage =
    kMessageContent + columns(fixed("channel", &NewMessage::channel),
                              fixed("address", &NewMessage::address),
                              fixed<QueuedOrTrial>("state", &NewMessage::trial));

}  // namespace tenggat::store
