// The facts a text needs, said in Indonesian: from a permit and a notice to the values of its
// fields.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/office/grouping.h"
#include "daemon/store/outbox.h"
#include "daemon/store/permits.h"
#include "rules/transition.h"

namespace tenggat::office {

// Texts whose reasons may stand with an earlier event than the notice's.
inline constexpr const char* kRefusal = "ditolak";
inline constexpr const char* kMendReminder = "pengingat_perbaikan";

using TextFields = std::map<std::string, std::string>;

struct Office {
  std::string name;        // {instansi}
  std::string public_url;  // no slash at the end
  std::string survey_url;  // empty: applicants are asked to none
};

// Everything a notice's text may ask for. `notes` are those of what the notice is about.
TextFields fields_of(const Notice& notice, const store::StoredPermit& stored,
                     const Context& context, const Office& office,
                     const std::vector<store::StoredNote>& notes);

// Adds who is told: {nama_petugas}, {jabatan_atasan} ("Plh. Kepala Bidang Perizinan").
void add_recipient(TextFields& fields, const Recipient& recipient, const Sop& sop,
                   const People& people);

// One line of a list: number, step, and until when or how late.
std::string task_line(const std::string& number, const std::string& step,
                      const std::optional<Instant>& due, bool paused, const Calendar& calendar,
                      Instant now);

// The five most pressing, and how many more there are.
std::string list_of(std::vector<ListedTask> tasks, Instant now);

std::string inbox_link(const Office& office);

}  // namespace tenggat::office
