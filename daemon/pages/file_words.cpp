#include "daemon/pages/file_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "notifiers/words.h"
#include "rules/permit/uploads.h"

namespace tenggat::pages {

const store::FileFacts* facts_of(const Document& document, const store::FilesOfPermit& files) {
  const auto hash = uploaded_hash(document.uri);
  const auto found = hash ? files.find(*hash) : files.end();
  return found == files.end() ? nullptr : &found->second;
}

const http::FileType* type_of(const store::FileFacts& facts) {
  const std::span<const http::FileType> types = http::file_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const http::FileType& type) {
    return type.media_type == facts.content_type;
  });
  return found == types.end() ? nullptr : &*found;
}

std::string size_words(std::size_t bytes, notify::Tongue tongue) {
  constexpr std::size_t kKilo = 1024, kMega = kKilo * kKilo;
  if (bytes < kMega)
    return fmt::format("{} KB", std::max<std::size_t>((bytes + kKilo / 2) / kKilo, 1));
  std::string megabytes =
      notify::tenths(static_cast<std::int64_t>((bytes * 10 + kMega / 2) / kMega));
  if (tongue == notify::Tongue::english) std::replace(megabytes.begin(), megabytes.end(), ',', '.');
  return megabytes + " MB";
}

std::string file_words(const store::FileFacts& facts) {
  const http::FileType* type = type_of(facts);
  const std::string pages = facts.pages ? fmt::format(", {} halaman", *facts.pages) : "";
  return fmt::format("{}{}, {}", type ? type->name : "berkas", pages, size_words(facts.size));
}

std::string kind_and_size(const store::FileFacts& facts, notify::Tongue tongue) {
  const http::FileType* type = type_of(facts);
  const std::string size = size_words(facts.size, tongue);
  return type ? fmt::format("{}, {}", type->name, size) : size;
}

}  // namespace tenggat::pages
