// Uploaded files, kept in the database under their SHA-256. What is stored never changes.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

// Stores once; a second upload of the same bytes changes nothing.
// Hashes are 64 lower-case hex digits.
void add_file(pg::Pipeline& pipeline, const std::string& sha256, const std::string& content_type,
              std::string_view bytes, const std::string& added_by);
void add_find_file(pg::Pipeline& pipeline, const std::string& sha256);
std::optional<std::string> file_of(const pg::Result& result);  // its bytes

// Which of these are stored.
void add_find_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s);
std::set<std::string> found_files(const pg::Result& result);

}  // namespace tenggat::store
