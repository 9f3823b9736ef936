#include "daemon/store/notice_table.h"

#include <boost/json.hpp>

#include "daemon/store/json_fields.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

constexpr auto kHeldUp = std::tuple(always("tertunda_sejak", &HeldUp::since));
constexpr auto kReport = std::tuple(always("alasan", &Report::why), maybe("jeda", &Report::pause));
constexpr auto kPromiseMoved = std::tuple(
    maybe("dasar", &PromiseMoved::basis), maybe("jeda", &PromiseMoved::pause),
    always("tanggal_batas", &PromiseMoved::after), always("tanggal_lama", &PromiseMoved::before));

json::object as_object(std::monostate) { return {}; }
json::object as_object(const HeldUp& details) { return object_of(kHeldUp, details); }
json::object as_object(const Report& details) { return object_of(kReport, details); }
json::object as_object(const PromiseMoved& details) { return object_of(kPromiseMoved, details); }

}  // namespace

std::string Codec<NoticeDetails>::put(const NoticeDetails& details) {
  return json::serialize(std::visit([](const auto& one) { return as_object(one); }, details));
}

NoticeDetails Codec<NoticeDetails>::get(const pg::Result& r, int row, int column) {
  const json::value parsed = json::parse(r.text(row, column));
  const json::object& object = parsed.as_object();
  if (object.empty()) return {};
  if (object.contains("tertunda_sejak")) return read_object<HeldUp>(kHeldUp, object);
  if (object.contains("tanggal_lama")) return read_object<PromiseMoved>(kPromiseMoved, object);
  return read_object<Report>(kReport, object);
}

}  // namespace tenggat::store
