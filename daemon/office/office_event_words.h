// What the office's own record says to people: a sentence a kind of event, a word a value. A kind
// or value without one does not compile.
#pragma once
#include <string>
#include <string_view>

#include "daemon/store/office_event.h"
#include "notifiers/speech.h"
#include "rules/permit/people.h"

namespace tenggat::office {

using notify::Tongue;

// "Data pegawai siti diubah"
std::string event_words(const store::OfficeEvent& event, Tongue tongue = Tongue::indonesian);
// "alamat email"
std::string_view value_words(store::OfficeValue value, Tongue tongue = Tongue::indonesian);
// Who did it: "Rahmawati", "sistem portal", "operator di mesin (root)", "sistem Tenggat".
std::string actor_words(std::string_view actor, const People& people,
                        Tongue tongue = Tongue::indonesian);

}  // namespace tenggat::office
