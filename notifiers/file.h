// The `file:DIR` channel: each message one file that a person can read. For trials, demos and
// tests.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "notifiers/message.h"

namespace tenggat::notify {

// The directory of a `file:DIR` url; nothing where the url is of another kind or names no
// directory.
std::optional<std::filesystem::path> file_directory(std::string_view url);

// "20260402T060200Z-ID-email-tugas_baru.txt": sorts by the instant the message was decided; the
// same message always has the same name.
std::string file_name(const Message& message);

// "To:", "Channel:", "Subject:" (where there is one), "Text:", an empty line, the body.
std::string file_content(const Message& message);

// Creates DIR where it is missing; a reader never sees half a file (temporary name, then rename).
// Sending again replaces the file by an equal one. A full or unwritable disk answers retry,
// storage_failed.
SendResult write_file(const Message& message, const std::filesystem::path& directory);
// `name` must be safe to be one.
SendResult write_file(const std::filesystem::path& directory, const std::string& name,
                      std::string_view content);

}  // namespace tenggat::notify
