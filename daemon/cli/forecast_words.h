// What `tenggat forecast` says in the office's language.
#pragma once

namespace tenggat::cli {

// Of a service of which fewer outcomes are known than a forecast needs.
inline constexpr const char* kTooFew = "belum cukup data";

}  // namespace tenggat::cli
