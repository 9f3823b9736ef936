// A channel that takes nothing, or takes messages again: kept on record, and told to the
// administrators over another channel of theirs. Once an outage, whoever of several daemons notices
// it first.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "daemon/office/rerouting.h"
#include "daemon/office/wording.h"
#include "notifiers/text.h"

namespace tenggat::office {

struct AlertSettings {
  Office office;
  std::shared_ptr<const notify::Texts> texts;  // null: nobody is told
};

// One text whose template is refused, or is taken again; in the same way.
boost::asio::awaitable<void> record_text(pg::Connection& connection, store::TextOutage text,
                                         bool stopped, AlertSettings settings,
                                         UsableChannel usable);

boost::asio::awaitable<void> record_channel(pg::Connection& connection, notify::Channel channel,
                                            bool down, std::string reason, AlertSettings settings,
                                            UsableChannel usable);

}  // namespace tenggat::office
