#include "daemon/pages/office_change_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/office/office_event_words.h"
#include "daemon/pages/words.h"
#include "daemon/store/mark.h"
#include "daemon/store/people.h"
#include "daemon/store/rows.h"

namespace tenggat::pages {
namespace {

using store::OfficeValue;

constexpr std::size_t kShownOfVersion = 12;  // so much that it can be told from others

constexpr std::pair<std::string_view, std::string_view> kWords[] = {
    {"whatsapp", "WhatsApp"},
    {"plh", "Plh."},
    {"plt", "Plt."},
    {"intake", "menerima permohonan"},
    {"act", "bertindak bagi petugas"},
    {"read", "membaca"},
    {"admin", "mengelola"},
    {"bounce", "surel yang kembali"},
    {"dead", "gagal"},
    {"queued", "antre"},
    {"failed", "dihapus"},
};
std::string word(const std::string& text) {
  const auto found = std::ranges::find(kWords, text, [](const auto& one) { return one.first; });
  return found == std::end(kWords) ? text : std::string(found->second);
}

class Said {
 public:
  explicit Said(const ChangeContext& context) : context_(context) {}

  std::string operator()(OfficeValue value, const std::string& text) const {
    switch (value) {
      case OfficeValue::roles:
        return each(text, [&](const std::string& id) { return role(id); });
      case OfficeValue::start_on:
      case OfficeValue::end_on:
      case OfficeValue::ended_on:
        return each(text, [](const std::string& day) { return notify::date(day); });
      case OfficeValue::expires_at:
      case OfficeValue::until:
      case OfficeValue::opened_at:
      case OfficeValue::takes_effect_at:
      case OfficeValue::before:
        return moment(text);
      case OfficeValue::officer:
      case OfficeValue::deputy:
        return officer(text);
      case OfficeValue::channels:
      case OfficeValue::scopes:
        return each(text, word);
      case OfficeValue::tongue:
      case OfficeValue::duty:
      case OfficeValue::state:
      case OfficeValue::channel:
        return word(text);
      case OfficeValue::silenced:
        return silenced(text);
      case OfficeValue::recipient:
        return text.starts_with("officer:") ? officer(text.substr(8)) : "pemohon";
      case OfficeValue::text:
        return readable(text);
      case OfficeValue::version:
      case OfficeValue::digest:
        return text.substr(0, kShownOfVersion);
      case OfficeValue::numbers:
        return numbers(text);
      case OfficeValue::letter:
      case OfficeValue::service:
      case OfficeValue::place:
      case OfficeValue::asked_by:
      case OfficeValue::retired_by:
      case OfficeValue::sessions:
      case OfficeValue::messages:
      case OfficeValue::change:
      case OfficeValue::file:
      case OfficeValue::permits:
      case OfficeValue::count:
        return text;
      case OfficeValue::name:
      case OfficeValue::email:
      case OfficeValue::whatsapp:
      case OfficeValue::why:
      case OfficeValue::address:
      case OfficeValue::leave_kind:
      case OfficeValue::nip:
        break;  // personal
    }
    return "";
  }

 private:
  template <class Say>
  static std::string each(const std::string& text, Say say) {
    std::vector<std::string> said;
    for (const std::string& one : store::words_of(text)) said.push_back(say(one));
    return fmt::format("{}", fmt::join(said, ", "));
  }
  std::string role(const std::string& id) const {
    if (id == store::kAdministratorRole) return "Pengelola sistem";
    for (const Sop* sop : context_.sops)
      if (const Role* known = sop->find_role(id)) return known->name;
    return readable(id);
  }
  std::string officer(const std::string& id) const {
    const Officer* known = context_.people.find(id);
    return known ? known->name : id;
  }
  std::string moment(const std::string& text) const {
    const auto stamp = parse_stamp(text);
    return stamp ? moment_words(context_.calendar, stamp->at) : text;
  }
  // "Izin PAUD 2026 nomor 413 sampai 432"
  std::string numbers(const std::string& text) const {
    std::vector<std::string> said;
    try {
      for (const store::NumberGap& gap : store::number_gaps_of(text))
        said.push_back(fmt::format("{} {} nomor {} sampai {}", service(gap.sop), gap.year,
                                   gap.first, gap.last));
    } catch (const std::runtime_error&) {
      return text;  // bent: `audit verify` names it
    }
    return fmt::format("{}", fmt::join(said, ", "));
  }
  std::string service(const std::string& id) const {
    for (const Sop* sop : context_.sops)
      if (sop->id == id && !sop->title.empty()) return sop->title;
    return readable(id);
  }
  // "officer siti", "step paud.verifikasi", "permit 417"
  std::string silenced(const std::string& text) const {
    const std::size_t space = text.find(' ');
    const std::string kind = text.substr(0, space);
    const std::string subject = space == std::string::npos ? "" : text.substr(space + 1);
    if (kind == "officer") return "pegawai " + officer(subject);
    if (kind == "permit") return "permohonan " + subject;
    const std::size_t dot = subject.find('.');
    for (const Sop* sop : context_.sops)
      if (dot != std::string::npos && sop->id == subject.substr(0, dot))
        return "tahap " + sop->step_name(subject.substr(dot + 1));
    return "tahap " + readable(subject.substr(dot + 1));
  }

  const ChangeContext& context_;
};

}  // namespace

std::string change_words(const store::OfficeChange& change, const ChangeContext& context) {
  const std::string_view value = office::value_words(change.value);
  const bool began = change.before.empty(), ended = change.after.empty();
  if (store::is_personal(change.value))
    return fmt::format("{} {}", value, began ? "diisi" : ended ? "dihapus" : "diubah");
  const Said said(context);
  const std::string before = said(change.value, change.before);
  const std::string after = said(change.value, change.after);
  if (began) return fmt::format("{}: {}", value, after);
  if (ended) return fmt::format("{}: semula {}", value, before);
  return fmt::format("{}: {}, menjadi {}", value, before, after);
}

}  // namespace tenggat::pages
