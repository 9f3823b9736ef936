// Uploaded files, kept in the database under their SHA-256, in chunks. What is stored never
// changes. A file that no permit has is kept for a while only; with the command that names it, it
// stays.
//
// A `content` is where chunks are kept while nobody knows yet what they hash to: any number that no
// other upload has. Hashes are 64 lower-case hex digits.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/uploads.h"

namespace tenggat::store {

inline constexpr std::size_t kChunkBytes = 128 * 1024;
// An upload of which nothing came for so long is collected.
inline constexpr std::chrono::minutes kUploadStands{15};

std::int64_t new_content();

// --- Coming in. An upload of one chunk is finished at once; a longer one is begun first.

void add_begin_upload(pg::Pipeline& pipeline, std::int64_t content);
// Of a chunk that nobody is told of yet: what finishes the upload is durable, and it with that.
void add_without_waiting(pg::Pipeline& pipeline);
// False: the upload was collected meanwhile.
pg::Slot<bool> add_chunk(pg::Pipeline& pipeline, std::int64_t content, int place,
                         std::string_view bytes);
void add_drop_upload(pg::Pipeline& pipeline, std::int64_t content);

struct NewFile {
  std::string sha256, content_type;
  std::size_t size = 0;
  std::int64_t content = 0;
  int chunks = 0;
  std::string added_by;
  std::chrono::seconds keep_for{};  // unless a permit takes it
  std::optional<int> pages{};       // of a PDF, where that can be told
};
// Bytes that are there already are stored once. False: the upload was collected meanwhile.
pg::Slot<bool> add_finish_file(pg::Pipeline& pipeline, const NewFile& file);
// Takes back what this upload alone holds; not what a permit has, or another upload.
void add_drop_file(pg::Pipeline& pipeline, const std::string& sha256, std::int64_t holder);

// --- Shares

// What came from the sender today, and of a permit also what its files have together.
struct Share {
  std::uint64_t today = 0, permit = 0;
};
pg::Slot<Share> add_find_share(pg::Pipeline& pipeline, const std::string& sender,
                               std::int64_t permit);
void add_to_share(pg::Pipeline& pipeline, const std::string& sender, std::size_t bytes);

// --- Going out

struct StoredFile {
  std::string content_type;
  std::size_t size = 0;
  std::int64_t content = 0;
};
pg::Slot<std::optional<StoredFile>> add_find_file(pg::Pipeline& pipeline,
                                                  const std::string& sha256);
// The uploads that the documents of a permit name: what they are and how large, by hash.
struct FileFacts {
  std::string content_type;
  std::size_t size = 0;
  std::optional<int> pages;
};
using FilesOfPermit = std::map<std::string, FileFacts>;
pg::Slot<FilesOfPermit> add_files_of_permit(pg::Pipeline& pipeline, std::int64_t permit);
// From this place on, so many at most.
// Their bytes, one after the other; empty: there are none.
pg::Slot<std::string> add_find_chunks(pg::Pipeline& pipeline, std::int64_t content, int place,
                                      int count);

// Which of these are stored.
pg::Slot<std::vector<std::string>> add_find_files(pg::Pipeline& pipeline,
                                                  const std::vector<std::string>& sha256s);

// --- With a decision

using tenggat::FileSizes;
// Those that are stored, locked so that none is collected before it is taken.
pg::Slot<FileSizes> add_lock_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s);
// What these permits have already.
pg::Slot<std::map<std::int64_t, FileSizes>> add_files_of_permits(
    pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits);
void add_take_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s);

// --- Collecting

// A slice of what nobody took: files whose time is over, uploads that stand still. Returns how many
// of both are gone.
pg::Slot<std::int64_t> add_collect_files(pg::Pipeline& pipeline);
void add_forget_shares(pg::Pipeline& pipeline);

}  // namespace tenggat::store
