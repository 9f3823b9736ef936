// What a refusal says in detail, in Indonesian. The core and the readers of bodies say it in
// English, once; whoever asks with Accept-Language: id gets these words for it.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::http {

// A sentence nobody has put into Indonesian comes back as it is (problem_test says which there
// are).
std::string in_indonesian(std::string_view english);

}  // namespace tenggat::http
