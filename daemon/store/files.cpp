#include "daemon/store/files.h"

namespace tenggat::store {

void add_file(pg::Pipeline& pipeline, const std::string& sha256, const std::string& content_type,
              std::string_view bytes, const std::string& added_by) {
  pipeline.add(
      "INSERT INTO file (sha256, content_type, bytes, added_by)"
      " VALUES ($1, $2, $3::bytea, $4) ON CONFLICT (sha256) DO NOTHING",
      sha256, content_type, pg::bytea(bytes), added_by);
}

void add_find_file(pg::Pipeline& pipeline, const std::string& sha256) {
  pipeline.add("SELECT bytes FROM file WHERE sha256 = $1", sha256);
}

std::optional<std::string> file_of(const pg::Result& result) {
  if (result.empty()) return std::nullopt;
  return result.bytes(0, 0);
}

void add_find_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s) {
  pipeline.add("SELECT sha256 FROM file WHERE sha256 = ANY($1::text[])", pg::text_array(sha256s));
}

std::set<std::string> found_files(const pg::Result& result) {
  std::set<std::string> found;
  for (int row = 0; row < result.rows(); ++row) found.emplace(result.text(row, 0));
  return found;
}

}  // namespace tenggat::store
