#include "daemon/store/files.h"

#include <cstring>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"

namespace tenggat::store {
namespace {

#define TODAY "(clock_timestamp() AT TIME ZONE 'UTC')::date"
constexpr int kCollectedAtOnce = 20;

struct Size {
  std::string sha256;
  std::uint64_t size = 0;
};
constexpr auto kSize = columns(given("sha256", &Size::sha256), given("size", &Size::size));

}  // namespace

std::int64_t new_content() {
  const std::string random = random_bytes(sizeof(std::int64_t));
  std::int64_t content = 0;
  std::memcpy(&content, random.data(), sizeof content);
  // Below are those of the files from before there were chunks.
  return content | std::int64_t{1} << 62;
}

void add_begin_upload(pg::Pipeline& pipeline, std::int64_t content) {
  pipeline.add("INSERT INTO upload (content) VALUES ($1)", content);
}

void add_without_waiting(pg::Pipeline& pipeline) {
  pipeline.add("SELECT set_config('synchronous_commit', 'off', true)");
}

pg::Slot<bool> add_chunk(pg::Pipeline& pipeline, std::int64_t content, int place,
                         std::string_view bytes) {
  static const auto sql = affects_one(
      "WITH coming AS (UPDATE upload SET touched_at = clock_timestamp() WHERE content = $1"
      "   RETURNING content)"
      " INSERT INTO file_chunk (content, place, bytes) SELECT content, $2, $3::bytea FROM coming");
  return pipeline.add(sql, content, place, pg::bytea(bytes));
}

void add_drop_upload(pg::Pipeline& pipeline, std::int64_t content) {
  pipeline.add("DELETE FROM upload WHERE content = $1", content);
  pipeline.add("DELETE FROM file_chunk WHERE content = $1", content);
}

pg::Slot<bool> add_finish_file(pg::Pipeline& pipeline, const NewFile& file) {
  // The chunks are counted, since a daemon that stood still may find them collected. Of several
  // uploads of the same bytes the one that asks for the longest time holds them.
  static const auto sql = affects_one(
      "INSERT INTO file AS f (sha256, content_type, size, content, added_by, until, holder,"
      "   pages)"
      " SELECT $1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 second', $4, $8::int"
      " WHERE $7 = (SELECT count(*) FROM file_chunk WHERE content = $4)"
      " ON CONFLICT (sha256) DO UPDATE SET"
      "   until = CASE WHEN f.until < excluded.until THEN excluded.until ELSE f.until END,"
      "   holder = CASE WHEN f.until < excluded.until THEN excluded.holder ELSE f.holder END");
  const pg::Slot<bool> finish =
      pipeline.add(sql, file.sha256, file.content_type, static_cast<std::int64_t>(file.size),
                   file.content, file.added_by, static_cast<std::int64_t>(file.keep_for.count()),
                   static_cast<std::int64_t>(file.chunks), file.pages);
  pipeline.add("DELETE FROM upload WHERE content = $1", file.content);
  pipeline.add(
      "DELETE FROM file_chunk WHERE content = $1"
      " AND NOT EXISTS (SELECT FROM file WHERE sha256 = $2 AND content = $1)",
      file.content, file.sha256);
  return finish;
}

void add_drop_file(pg::Pipeline& pipeline, const std::string& sha256, std::int64_t holder) {
  pipeline.add(
      "WITH gone AS (DELETE FROM file WHERE sha256 = $1 AND holder = $2 AND until IS NOT NULL"
      "   RETURNING content)"
      " DELETE FROM file_chunk c USING gone g WHERE c.content = g.content",
      sha256, holder);
}

pg::Slot<Share> add_find_share(pg::Pipeline& pipeline, const std::string& sender,
                               std::int64_t permit) {
  static constexpr auto kShare = columns(
      given("coalesce((SELECT bytes FROM file_share WHERE sender = $1 AND day = " TODAY "), 0)",
            &Share::today),
      given("(SELECT coalesce(sum(size), 0)::bigint FROM file WHERE sha256 IN"
            "   (SELECT substr(uri, 9) FROM document WHERE permit = $2 AND uri LIKE 'tenggat:%'))",
            &Share::permit));
  static const auto sql = only<kShare>("SELECT {}");
  return pipeline.add(sql, sender, permit);
}

void add_to_share(pg::Pipeline& pipeline, const std::string& sender, std::size_t bytes) {
  pipeline.add("INSERT INTO file_share AS s (sender, day, bytes) VALUES ($1, " TODAY
               ", $2) ON CONFLICT (sender, day) DO UPDATE SET bytes = s.bytes + excluded.bytes",
               sender, static_cast<std::int64_t>(bytes));
}

pg::Slot<std::optional<StoredFile>> add_find_file(pg::Pipeline& pipeline,
                                                  const std::string& sha256) {
  static constexpr auto kFile =
      columns(given("content_type", &StoredFile::content_type), given("size", &StoredFile::size),
              given("content", &StoredFile::content));
  static const auto sql = maybe<kFile>("SELECT {} FROM file WHERE sha256 = $1");
  return pipeline.add(sql, sha256);
}

pg::Slot<std::string> add_find_chunks(pg::Pipeline& pipeline, std::int64_t content, int place,
                                      int count) {
  static const pg::Query<std::string> sql{
      "SELECT bytes FROM file_chunk WHERE content = $1 AND place >= $2 ORDER BY place LIMIT $3",
      [](const pg::Result& r) {
        std::string bytes;
        for (int row = 0; row < r.rows(); ++row) bytes += Bytea::get(r, row, 0);
        return bytes;
      }};
  return pipeline.add(sql, content, place, count);
}

pg::Slot<std::vector<std::string>> add_find_files(pg::Pipeline& pipeline,
                                                  const std::vector<std::string>& sha256s) {
  static const auto sql =
      values<std::string>("SELECT sha256 FROM file WHERE sha256 = ANY($1::text[])");
  return pipeline.add(sql, pg::text_array(sha256s));
}

pg::Slot<FileSizes> add_lock_files(pg::Pipeline& pipeline,
                                   const std::vector<std::string>& sha256s) {
  static const pg::Query<FileSizes> sql{
      kSize.shape().in("SELECT {} FROM file WHERE sha256 = ANY($1::text[]) ORDER BY sha256"
                       " FOR NO KEY UPDATE"),
      [](const pg::Result& r) {
        FileSizes sizes;
        for (const Size& one : rows_of<kSize>(r)) sizes.emplace(one.sha256, one.size);
        return sizes;
      }};
  return pipeline.add(sql, pg::text_array(sha256s));
}

pg::Slot<std::map<std::int64_t, FileSizes>> add_files_of_permits(
    pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits) {
  struct OfPermit : Size {
    std::int64_t permit = 0;
  };
  static constexpr auto kOfPermit =
      columns(given("d.permit", &OfPermit::permit), given("f.sha256", &Size::sha256),
              given("f.size", &Size::size));
  static const pg::Query<std::map<std::int64_t, FileSizes>> sql{
      kOfPermit.shape().in("SELECT DISTINCT {} FROM document d"
                           " JOIN file f ON f.sha256 = substr(d.uri, 9)"
                           " WHERE d.permit = ANY($1::bigint[]) AND d.uri LIKE 'tenggat:%'"),
      [](const pg::Result& r) {
        std::map<std::int64_t, FileSizes> files;
        for (const OfPermit& one : rows_of<kOfPermit>(r))
          files[one.permit].emplace(one.sha256, one.size);
        return files;
      }};
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<FilesOfPermit> add_files_of_permit(pg::Pipeline& pipeline, std::int64_t permit) {
  struct Named : FileFacts {
    std::string sha256;
  };
  static constexpr auto kNamed =
      columns(given("f.sha256", &Named::sha256), given("f.content_type", &Named::content_type),
              given("f.size", &Named::size), given("f.pages", &Named::pages));
  static const pg::Query<FilesOfPermit> sql{
      kNamed.shape().in("SELECT DISTINCT {} FROM document d"
                        " JOIN file f ON f.sha256 = substr(d.uri, 9)"
                        " WHERE d.permit = $1::bigint AND d.uri LIKE 'tenggat:%'"),
      [](const pg::Result& r) {
        FilesOfPermit files;
        for (const Named& one : rows_of<kNamed>(r)) files.emplace(one.sha256, one);
        return files;
      }};
  return pipeline.add(sql, permit);
}

void add_take_files(pg::Pipeline& pipeline, const std::vector<std::string>& sha256s) {
  pipeline.add("UPDATE file SET until = NULL WHERE sha256 = ANY($1::text[]) AND until IS NOT NULL",
               pg::text_array(sha256s));
}

pg::Slot<std::int64_t> add_collect_files(pg::Pipeline& pipeline) {
  static const auto sql = value<std::int64_t>(
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
      " SELECT count(*) FROM all_gone");
  return pipeline.add(sql, kCollectedAtOnce,
                      static_cast<std::int64_t>(std::chrono::seconds(kUploadStands).count()));
}

void add_forget_shares(pg::Pipeline& pipeline) {
  pipeline.add("DELETE FROM file_share WHERE day < " TODAY " - 1");
}

}  // namespace tenggat::store
