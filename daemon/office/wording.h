// The facts a text needs, said in Indonesian: from a permit and a notice to the values of its
// fields.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/base/config.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/outbox.h"
#include "daemon/store/permits.h"
#include "daemon/store/seals.h"
#include "notifiers/speech.h"
#include "rules/permit/ladder.h"
#include "rules/permit/transition.h"
#include "rules/telling/grouping.h"

namespace tenggat::notify {
class Texts;
}

namespace tenggat::office {

// Texts whose reasons may stand with an earlier event than the notice's.
inline constexpr const char* kRefusal = "ditolak";

using TextFields = std::map<std::string, std::string>;

using notify::Tongue;

struct Office {
  std::string name;        // {instansi}
  std::string public_url;  // no slash at the end
  std::string survey_url;  // empty: applicants are asked to none
  Config::Counter counter{};
};

// Everything a notice's text may ask for, but for {tautan_bukti}, which is empty. `notes` are those
// of what the notice is about.
TextFields fields_of(const Notice& notice, const store::StoredPermit& stored,
                     const Context& context, const Office& office,
                     const std::vector<store::StoredNote>& notes);

// Dates, limits and what we say of them as they are read in English; names, titles and what people
// wrote stay as they are.
void say_in_english(TextFields& fields, const Notice& notice, const store::StoredPermit& stored,
                    const Context& context);

// Those that an officer reads: in the language they have chosen, else, or where there are none in
// it, the office's own. Null: nobody knows who it is.
const notify::Texts& texts_for(const notify::Texts& texts, const Officer* officer);
// The language of these texts: what stands in their fields is said in it.
Tongue tongue_of(const notify::Texts& texts);

// Adds who is told: {nama_petugas}, {jabatan_atasan} ("Plh. Kepala Bidang Perizinan (menggantikan
// Siti Rahmah)").
void add_recipient(TextFields& fields, const Recipient& recipient, const Sop& sop,
                   const People& people, Tongue tongue = Tongue::indonesian);

// What a deputy is told of their appointment: {jabatan} is "Plh. Kepala Dinas", of every duty that
// goes along.
TextFields appointment_fields(const Delegation& delegation, const People& people,
                              const std::vector<const Sop*>& sops, const Office& office,
                              Tongue tongue = Tongue::indonesian);

// What was changed in the office, to an officer who is told of it.
TextFields office_change_fields(const store::OfficeNews& news, const std::string& told,
                                const People& people, const Calendar& calendar,
                                const Office& office, Tongue tongue = Tongue::indonesian);

// What a list says of a task after its permit's number: step, and until when or how late.
std::string task_line(const ListedTask& task, Instant now, Tongue tongue = Tongue::indonesian);

// The five most pressing permits, each once, and how many more there are.
std::string list_of(std::vector<ListedTask> tasks, Instant now, Tongue tongue = Tongue::indonesian);

// The same of escalations: each with its link, how late it is and who has it. As many as fit into a
// message that Meta takes.
std::string list_of_escalations(std::vector<ListedTask> tasks, const Office& office, Instant now,
                                Tongue tongue = Tongue::indonesian);

// What a mail shows of each, the most pressing first; as many as are read in one sitting.
std::vector<notify::ListItem> items_of(std::vector<ListedTask> tasks, const Office& office,
                                       Instant now, Tongue tongue = Tongue::indonesian);

std::string escalations_link(const Office& office);
std::string inbox_link(const Office& office);

// What the recap says of an office's figures.
TextFields recap_fields(const store::Recap& counts, Tongue tongue = Tongue::indonesian);
// "nomor 17, 30 November 2026 pukul 16.00 WITA, akar 5f0c...": whoever keeps the message can lay it
// beside the seal that the database holds.
std::string seal_words(const store::Seal& seal, const Calendar& calendar,
                       Tongue tongue = Tongue::indonesian);

}  // namespace tenggat::office
