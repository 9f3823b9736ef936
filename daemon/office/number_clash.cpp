#include "daemon/office/number_clash.h"

#include <algorithm>
#include <map>
#include <optional>

#include "daemon/office/canary_rules.h"
#include "daemon/store/permits.h"
#include "daemon/store/rules.h"
#include "rules/fault_words.h"
#include "rules/sop/load_sop.h"

namespace tenggat::office {
namespace {

// Of those that the pattern takes for its own, more than are printed so that one that is can be
// told.
constexpr int kLookedAt = 100;

// Another service, by every format it has ever had.
struct Service {
  std::vector<NumberFormat> formats;
  std::optional<NumberFormat> in_force;
};
using Services = std::map<std::string, Service>;

// Those that are being looked at were just read.
pg::Awaitable<Services> stored_services(pg::Connection& connection, const std::vector<Sop>& read) {
  Services services;
  const std::vector<store::RuleSet> stored = co_await store::stored_sops(connection);
  for (const store::RuleSet& set : stored) {
    const auto known = std::ranges::find(read, set.hash, &Sop::version);
    const auto sop = known != read.end() ? Loaded<Sop>(*known) : load_sop(set.files.at(0));
    if (!sop) continue;  // the daemon says so itself
    Service& service = services[set.name];
    service.formats.push_back(sop->number_format);
    if (set.in_force) service.in_force = sop->number_format;
  }
  const auto canary = canary_rules();
  services[canary->sop.id] = {{canary->sop.number_format}, canary->sop.number_format};
  co_return services;
}

// A number of the other service that `format` could print again; empty where there is none.
pg::Awaitable<std::string> number_again(pg::Connection& connection, NumberFormat format,
                                        std::string other) {
  pg::Pipeline finding;
  const auto numbers = store::add_find_numbers(finding, other, format.pattern(), kLookedAt);
  const pg::Results found = co_await connection.run(std::move(finding));
  for (std::string& number : found[numbers])
    if (format.could_print(number)) co_return std::move(number);
  co_return "";
}

NumberClash clash(const Sop& sop, Said said) {
  const Place& at = sop.number_at;
  return {sop.id,
          {at.file, at.line, at.column, std::move(said.english), std::move(said.indonesian)}};
}

}  // namespace

pg::Awaitable<std::vector<NumberClash>> number_clashes(pg::Connection& connection,
                                                       const std::vector<Sop>& sops) {
  const Services services = co_await stored_services(connection, sops);
  std::vector<NumberClash> clashes;
  for (const Sop& sop : sops) {
    for (const auto& [id, other] : services) {
      const auto meets = [&](const NumberFormat& format) {
        return sop.number_format.could_meet(format);
      };
      if (id == sop.id || std::none_of(other.formats.begin(), other.formats.end(), meets)) continue;
      const std::string again = co_await number_again(connection, sop.number_format, id);
      const bool replaced = std::any_of(
          sops.begin(), sops.end(), [&, name = &id](const Sop& one) { return one.id == *name; });
      if (!again.empty())
        clashes.push_back(clash(sop, say<Wrong::number_printed>(again, id)));
      else if (!replaced && other.in_force && meets(*other.in_force))
        clashes.push_back(clash(sop, say<Wrong::number_meets>(id, other.in_force->text())));
    }
  }
  co_return clashes;
}

}  // namespace tenggat::office
