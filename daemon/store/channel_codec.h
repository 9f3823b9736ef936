// Channels stand in columns by their names.
#pragma once
#include "daemon/store/codec.h"
#include "notifiers/message.h"

namespace tenggat::store {

template <>
struct Codec<notify::Channel>
    : WordCodec<notify::Channel, notify::name, notify::channel_from_name> {};

}  // namespace tenggat::store
