#include "daemon/store/columns.h"

namespace tenggat::store {

pg::Query<bool> any(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) { return !r.empty(); }};
}

pg::Query<std::int64_t> affected(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) { return r.affected_rows(); }};
}

pg::Query<bool> affects_one(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) { return r.affected_rows() == 1; }};
}

}  // namespace tenggat::store
