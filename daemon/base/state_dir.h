// What the daemon keeps outside of the database, in `state_dir`: keys that no configuration names,
// and its marks (daemon/office/mark). Files are written whole or not at all, also where the machine
// fails meanwhile, and only their owner can read them.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/config.h"
#include "rules/error.h"

namespace tenggat {

// Takes the place of what was there, once it is on the disk itself. Makes the folder where it is
// missing. Blocks for as long as the disk takes. Throws std::system_error.
void write_state_file(const std::filesystem::path& file, std::string_view text);

// The same where there is none yet; of several that come at once one makes it, and all of them find
// it the same afterwards. True: it was made.
bool make_state_file(const std::filesystem::path& file, const std::function<std::string()>& text);

// A key that is made at the first start where the configuration names none: a row of
// state_dir.cpp's table.
std::filesystem::path own_seal_key(const Config& config);
std::filesystem::path own_link_key(const Config& config);

// Makes those that are missing, before the secrets are read, and names them. A fault names the file
// that cannot be made.
Loaded<std::vector<std::filesystem::path>> make_own_keys(const Config& config);

}  // namespace tenggat
