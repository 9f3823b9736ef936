#include "daemon/store/files.h"

#include <algorithm>
#include <cstring>

#include "daemon/store/hash.h"

namespace tenggat::store {
namespace {

constexpr const char* kToday = "(clock_timestamp() AT TIME ZONE 'UTC')::date";
constexpr int kCollectedAtOnce = 20;

}  // namespace

std::int64_t new_content() {
  const std::string random = random_bytes(sizeof(std::int64_t));
  std::int64_t content = 0;
  std::memcpy(&content, random.data(), sizeof content);
  // Below are those of the files from before there were chunks.
  return content | std::int64_t{1} << 62;
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<std::string> uploaded_hash(std::string_view uri) {
  if (!uri.starts_with(kUploadScheme)) return std::nullopt;
  uri.remove_prefix(kUploadScheme.size());
  if (!is_sha256_hex(uri)) return std::nullopt;
  return std::string(uri);
}

void add_begin_upload(pg::Pipeline& pipeline, std::int64_t content) {
  pipeline.add("INSERT INTO upload (content) VALUES ($1)", content);
}

void add_without_waiting(pg::Pipeline& pipeline) {
  pipeline.add("SELECT set_config('synchronous_commit', 'off', true)");
}

std::size_t add_chunk(pg::Pipeline& pipeline, std::int64_t content, int place,
                      std::string_view bytes) {
  return pipeline.add(
      "WITH coming AS (UPDATE upload SET touched_at = clock_timestamp() WHERE content = $1"
      "   RETURNING content)"
      " INSERT INTO file_chunk (content, place, bytes) SELECT content, $2, $3::bytea FROM coming",
      content, place, pg::bytea(bytes));
}

bool chunk_taken(const pg::Result& result) { return result.affected_rows() == 1; }

void add_drop_upload(pg::Pipeline& pipeline, std::int64_t content) {
  pipeline.add("DELETE FROM upload WHERE content = $1", content);
  pipeline.add("DELETE FROM file_chunk WHERE content = $1", content);
}

std::size_t add_finish_file(pg::Pipeline& pipeline, const NewFile& file) {
  // The chunks are counted, since a daemon that stood still may find them collected. Of several
  // uploads of the same bytes the one that asks for the longest time holds them.
  const std::size_t finish = pipeline.add(
      "INSERT INTO file AS f (sha256, content_type, size, content, added_by, until, holder)"
      " SELECT $1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 second', $4"
      " WHERE $7 = (SELECT count(*) FROM file_chunk WHERE content = $4)"
      " ON CONFLICT (sha256) DO UPDATE SET"
      "   until = CASE WHEN f.until < excluded.until THEN excluded.until ELSE f.until END,"
      "   holder = CASE WHEN f.until < excluded.until THEN excluded.holder ELSE f.holder END",
      file.sha256, file.content_type, static_cast<std::int64_t>(file.size), file.content,
      file.added_by, static_cast<std::int64_t>(file.keep_for.count()),
      static_cast<std::int64_t>(file.chunks));
  pipeline.add("DELETE FROM upload WHERE content = $1", file.content);
  pipeline.add(
      "DELETE FROM file_chunk WHERE content = $1"
      " AND NOT EXISTS (SELECT FROM file WHERE sha256 = $2 AND content = $1)",
      file.content, file.sha256);
  return finish;
}

bool file_finished(const pg::Result& result) { return result.affected_rows() == 1; }

void add_drop_file(pg::Pipeline& pipeline, const std::string& sha256, std::int64_t holder) {
  pipeline.add(
      "WITH gone AS (DELETE FROM file WHERE sha256 = $1 AND holder = $2 AND until IS NOT NULL"
      "   RETURNING content)"
      " DELETE FROM file_chunk c USING gone g WHERE c.content = g.content",
      sha256, holder);
}

std::size_t add_find_share(pg::Pipeline& pipeline, const std::string& sender, std::int64_t permit) {
  static const std::string sql =
      std::string("SELECT coalesce((SELECT bytes FROM file_share WHERE sender = $1 AND day = ") +
      kToday +
      "), 0), (SELECT coalesce(sum(size), 0)::bigint FROM file WHERE sha256 IN"
      "   (SELECT substr(uri, 9) FROM document WHERE permit = $2 AND uri LIKE 'tenggat:%'))";
  return pipeline.add(sql, sender, permit);
}

Share share_of(const pg::Result& result) {
  return {static_cast<std::uint64_t>(result.int64(0, 0)),
          static_cast<std::uint64_t>(result.int64(0, 1))};
}

void add_to_share(pg::Pipeline& pipeline, const std::string& sender, std::size_t bytes) {
  static const std::string sql =
      std::string("INSERT INTO file_share AS s (sender, day, bytes) VALUES ($1, ") + kToday +
      ", $2) ON CONFLICT (sender, day) DO UPDATE SET bytes = s.bytes + excluded.bytes";
  pipeline.add(sql, sender, static_cast<std::int64_t>(bytes));
}

void add_find_file(pg::Pipeline& pipeline, const std::string& sha256) {
  pipeline.add("SELECT content_type, size, content FROM file WHERE sha256 = $1", sha256);
}

std::optional<StoredFile> file_of(const pg::Result& result) {
  if (result.empty()) return std::nullopt;
  return StoredFile{std::string(result.text(0, 0)), static_cast<std::size_t>(result.int64(0, 1)),
                    result.int64(0, 2)};
}

void add_find_chunks(pg::Pipeline& pipeline, std::int64_t content, int place, int count) {
  pipeline.add(
      "SELECT bytes FROM file_chunk WHERE content = $1 AND place >= $2 ORDER BY place LIMIT $3",
      content, place, count);
}

std::string bytes_of(const pg::Result& result) {
  std::string bytes;
  for (int row = 0; row < result.rows(); ++row) bytes += result.bytes(row, 0);
  return bytes;
}

void add_find_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s) {
  pipeline.add("SELECT sha256 FROM file WHERE sha256 = ANY($1::text[])", pg::text_array(sha256s));
}

std::set<std::string> found_files(const pg::Result& result) {
  std::set<std::string> found;
  for (int row = 0; row < result.rows(); ++row) found.emplace(result.text(row, 0));
  return found;
}

std::size_t add_lock_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s) {
  return pipeline.add(
      "SELECT sha256, size FROM file WHERE sha256 = ANY($1::text[]) ORDER BY sha256"
      " FOR NO KEY UPDATE",
      pg::text_array(sha256s));
}

std::map<std::string, std::uint64_t> sizes_of(const pg::Result& result) {
  std::map<std::string, std::uint64_t> sizes;
  for (int row = 0; row < result.rows(); ++row)
    sizes.emplace(result.text(row, 0), static_cast<std::uint64_t>(result.int64(row, 1)));
  return sizes;
}

std::size_t add_files_of_permits(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits) {
  return pipeline.add(
      "SELECT DISTINCT d.permit, f.sha256, f.size FROM document d"
      " JOIN file f ON f.sha256 = substr(d.uri, 9)"
      " WHERE d.permit = ANY($1::bigint[]) AND d.uri LIKE 'tenggat:%'",
      pg::bigint_array(permits));
}

std::map<std::int64_t, std::map<std::string, std::uint64_t>> files_of_permits(
    const pg::Result& result) {
  std::map<std::int64_t, std::map<std::string, std::uint64_t>> files;
  for (int row = 0; row < result.rows(); ++row)
    files[result.int64(row, 0)].emplace(result.text(row, 1),
                                        static_cast<std::uint64_t>(result.int64(row, 2)));
  return files;
}

void add_take_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s) {
  pipeline.add("UPDATE file SET until = NULL WHERE sha256 = ANY($1::text[]) AND until IS NOT NULL",
               pg::text_array(sha256s));
}

std::size_t add_collect_files(pg::Pipeline& pipeline) {
  return pipeline.add(
      "WITH over AS (SELECT sha256 FROM file WHERE until < clock_timestamp() ORDER BY until"
      "   LIMIT $1 FOR UPDATE SKIP LOCKED),"
      " gone AS (DELETE FROM file f USING over o WHERE f.sha256 = o.sha256"
      "   AND f.until IS NOT NULL RETURNING f.content),"
      " still AS (SELECT content FROM upload"
      "   WHERE touched_at < clock_timestamp() - $2 * interval '1 second'"
      "   LIMIT $1 FOR UPDATE SKIP LOCKED),"
      " left_over AS (DELETE FROM upload u USING still s WHERE u.content = s.content"
      "   RETURNING u.content),"
      " all_gone AS (SELECT content FROM gone UNION ALL SELECT content FROM left_over),"
      " chunks AS (DELETE FROM file_chunk c USING all_gone a WHERE c.content = a.content)"
      " SELECT count(*) FROM all_gone",
      kCollectedAtOnce, static_cast<std::int64_t>(std::chrono::seconds(kUploadStands).count()));
}

std::int64_t collected_of(const pg::Result& result) { return result.int64(0, 0); }

void add_forget_shares(pg::Pipeline& pipeline) {
  static const std::string sql =
      std::string("DELETE FROM file_share WHERE day < ") + kToday + " - 1";
  pipeline.add(sql);
}

}  // namespace tenggat::store
