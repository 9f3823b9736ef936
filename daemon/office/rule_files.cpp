#include "daemon/office/rule_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>

#include "daemon/store/people.h"
#include "rules/calendar/load_calendar.h"
#include "rules/fault_words.h"
#include "rules/sop/load_sop.h"

namespace tenggat {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytesRead = 2
                                       << 20;  // the loaders refuse what is larger than their limit
constexpr std::size_t kMostFiles = 256;        // of one folder

std::optional<std::string> contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path)) return std::nullopt;
  // Piece by piece: it is kept for long, and must not hold the room of the largest there may be.
  std::string text;
  std::array<char, 16384> piece;
  while (in && text.size() < kMostBytesRead) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return std::nullopt;
  text.shrink_to_fit();
  return text;
}

struct Position {
  int line = 0, column = 0;
};
// Where `word` stands as the value of one of `keys`, for faults that only show between files.
Position position_of(std::string_view text, std::initializer_list<std::string_view> keys,
                     std::string_view word) {
  const auto name_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (const std::string_view key : keys) {
    const std::string sought = fmt::format("{}: {}", key, word);
    for (std::size_t at = text.find(sought); at != std::string_view::npos;
         at = text.find(sought, at + 1)) {
      const std::size_t end = at + sought.size();
      if ((at > 0 && name_part(text[at - 1])) || (end < text.size() && name_part(text[end])))
        continue;
      const std::string_view before = text.substr(0, at + key.size() + 2);
      return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
              static_cast<int>(before.size() - (before.rfind('\n') + 1)) + 1};
    }
  }
  return {};
}

class RuleFolder {
 public:
  explicit RuleFolder(const fs::path& directory) : directory_(directory) {}

  Loaded<CalendarRules> one_calendar(const fs::path& path) {
    const std::vector<SourceFile> lists = files_in(".", ".tsv");
    auto text = contents(path);
    if (!text) fault(path.string(), say<Wrong::unreadable>());
    auto loaded = text ? calendar_of({path.string(), std::move(*text)}, lists) : std::nullopt;
    if (!faults_.empty()) return faults_;
    return std::move(*loaded);
  }

  Loaded<RuleFiles> load() {
    if (!fs::is_directory(directory_)) {
      fault(directory_.string(), say<Wrong::no_folder>());
      return std::move(faults_);
    }
    load_calendars();
    load_texts_files();
    load_sops();
    if (faults_.empty()) check_between_files();
    if (!faults_.empty()) return std::move(faults_);
    return std::move(files_);
  }

 private:
  void fault(const std::string& file, Said said, Position at = {}) {
    faults_.push_back(
        {file, at.line, at.column, std::move(said.english), std::move(said.indonesian)});
  }
  void take(const Faults& faults) { faults_.insert(faults_.end(), faults.begin(), faults.end()); }

  // The files of a folder with this ending, by name, so that hashes do not depend on the disk.
  std::vector<SourceFile> files_in(const char* folder, const char* ending) {
    std::vector<fs::path> paths;
    std::error_code ignored;  // a folder that is not there holds no files
    for (const auto& entry : fs::directory_iterator(directory_ / folder, ignored)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with('.')) continue;
      if (entry.path().extension() == ".yml" && std::string_view(ending) == ".yaml")
        fault(entry.path().string(), say<Wrong::passed_over>());
      if (entry.path().extension() == ending) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    if (paths.size() > kMostFiles) {
      fault((directory_ / folder).string(), say<Wrong::too_many_files>(kMostFiles));
      paths.resize(kMostFiles);
    }
    std::vector<SourceFile> files;
    for (const fs::path& path : paths) {
      if (auto text = contents(path)) {
        files.push_back({path.string(), std::move(*text)});
      } else {
        fault(path.string(), say<Wrong::unreadable>());
      }
    }
    return files;
  }

  store::RuleSet set_of(std::string kind, std::string name, std::vector<SourceFile> files) {
    for (SourceFile& file : files) file.name = fs::path(file.name).filename().string();
    std::string hash = store::content_hash(kind, files);
    return {.kind = std::move(kind),
            .name = std::move(name),
            .hash = std::move(hash),
            .files = std::move(files),
            .in_force = false};
  }

  template <Wrong taken>
  bool is_new(std::map<std::string, std::string>& seen, const std::string& key,
              const std::string& file) {
    const auto [at, added] = seen.emplace(key, file);
    if (!added) fault(file, say<taken>(key, at->second));
    return added;
  }

  std::optional<CalendarRules> calendar_of(const SourceFile& file,
                                           const std::vector<SourceFile>& lists) {
    auto calendar = load_calendar(file, lists);
    if (!calendar) {
      take(calendar.error());
      return std::nullopt;
    }
    std::vector<SourceFile> files{file};
    for (const SourceFile& list : lists) {
      // Named, or at least mentioned: one list too many changes the hash and nothing else.
      if (file.text.find(fs::path(list.name).filename().string()) != std::string::npos)
        files.push_back(list);
    }
    const std::string id = calendar->id();
    return CalendarRules{set_of("calendar", id, std::move(files)), std::move(*calendar)};
  }

  void load_calendars() {
    const std::vector<SourceFile> lists = files_in("calendar", ".tsv");
    std::map<std::string, std::string> ids;
    for (const SourceFile& file : files_in("calendar", ".yaml")) {
      auto loaded = calendar_of(file, lists);
      if (!loaded) continue;
      const std::string& id = loaded->calendar.id();
      if (Sop::is_internal(id)) {
        fault(file.name, say<Wrong::own_name>(id), position_of(file.text, {"kalender"}, id));
        continue;
      }
      if (!is_new<Wrong::calendar_id_taken>(ids, id, file.name)) continue;
      files_.calendar_sets.push_back(std::move(loaded->rules));
      files_.calendars.push_back(std::move(loaded->calendar));
    }
  }

  void load_texts_files() {
    bool found = false;
    std::vector<std::string> names;  // of files_.translations
    const std::vector<SourceFile> files = files_in("texts", ".yaml");
    files_.texts_version = set_of("texts", "texts", files).hash;
    for (const SourceFile& file : files) {
      auto texts = notify::load_texts(file);
      const bool used = fs::path(file.name).filename() == kTextsFile;
      found = found || used;
      if (!texts) {
        take(texts.error());
        continue;
      }
      if (fs::path(file.name).stem() != texts->language())
        fault(file.name, say<Wrong::wrong_language_name>(texts->language(), texts->language()));
      if (used) {
        files_.texts = std::move(*texts);
      } else {
        names.push_back(file.name);
        files_.translations.push_back(std::move(*texts));
      }
    }
    if (!found) fault((directory_ / "texts" / kTextsFile).string(), say<Wrong::no_such_file>());
    if (files_.texts.all().empty()) return;
    for (std::size_t i = 0; i < names.size(); ++i)
      for (const Said& one : translation_faults(files_.texts, files_.translations[i]))
        fault(names[i], one);
  }

  void load_sops() {
    std::map<std::string, std::string> ids;
    for (const SourceFile& file : files_in("sop", ".yaml")) {
      auto sop = load_sop(file);
      if (!sop) {
        take(sop.error());
        continue;
      }
      if (sop->internal()) {
        fault(file.name, say<Wrong::own_name>(sop->id), position_of(file.text, {"sop"}, sop->id));
        continue;
      }
      if (!is_new<Wrong::sop_id_taken>(ids, sop->id, file.name)) continue;
      if (!prints_only_its_own(*sop)) continue;
      store::RuleSet set = set_of("sop", sop->id, {file});
      sop->version = set.hash;
      files_.sop_sets.push_back(std::move(set));
      files_.sops.push_back(std::move(*sop));
      sop_files_.push_back(file);
    }
    if (sop_files_.empty() && faults_.empty())
      fault((directory_ / "sop").string(), say<Wrong::no_sop>());
  }

  bool prints_only_its_own(const Sop& sop) {
    const auto other = std::ranges::find_if(files_.sops, [&](const Sop& one) {
      return one.number_format.could_meet(sop.number_format);
    });
    if (other == files_.sops.end()) return true;
    fault(sop.number_at.file, say<Wrong::number_meets>(other->id, other->number_format.text()),
          {sop.number_at.line, sop.number_at.column});
    return false;
  }

  void check_between_files() {
    for (std::size_t i = 0; i < files_.sops.size(); ++i) {
      const Sop& sop = files_.sops[i];
      const SourceFile& file = sop_files_[i];
      for (const Role& role : sop.roles)
        if (role.id == store::kAdministratorRole)
          fault(file.name, say<Wrong::kept_role>(role.id), position_of(file.text, {"id"}, role.id));
      const auto has_id = [&](const Calendar& calendar) { return calendar.id() == sop.calendar; };
      if (std::ranges::none_of(files_.calendars, has_id)) {
        fault(file.name, say<Wrong::no_calendar>(sop.calendar),
              position_of(file.text, {"kalender"}, sop.calendar));
      }
      check_objection(file, sop);
      for (const Step& step : sop.steps) {
        for (const ActionRule& action : step.actions) {
          check_text(file, action.tells_applicant);
          check_text(file, action.tells_applicant_again);
        }
      }
    }
  }

  void check_objection(const SourceFile& file, const Sop& sop) {
    if (!sop.objection || sop.objection->sop.empty()) return;
    const std::string& id = sop.objection->sop;
    if (std::ranges::none_of(files_.sops, [&](const Sop& one) { return one.id == id; }))
      fault(file.name, say<Wrong::no_objection_sop>(id), position_of(file.text, {" sop"}, id));
  }

  void check_text(const SourceFile& file, const std::string& id) {
    if (id.empty()) return;
    const notify::Text* text = files_.texts.find(id);
    const Position at = position_of(file.text, {"kabar", "kabar_ulang"}, id);
    if (!text) {
      fault(file.name, say<Wrong::no_such_text>(id, kTextsFile), at);
    } else if (text->reader != notify::Reader::applicant) {
      fault(file.name, say<Wrong::text_not_for_applicants>(id), at);
    }
  }

  fs::path directory_;
  Faults faults_;
  RuleFiles files_;
  std::vector<SourceFile> sop_files_;  // of files_.sops
};

}  // namespace

std::shared_ptr<const notify::Texts> texts_of(const RuleFiles& files) {
  auto texts = std::make_shared<notify::Texts>(files.texts);
  for (const notify::Texts& one : files.translations) texts->translate(one);
  return texts;
}

Loaded<RuleFiles> load_rule_files(const fs::path& directory) {
  return RuleFolder(directory).load();
}

Loaded<CalendarRules> load_calendar_rules(const fs::path& file) {
  return RuleFolder(file.has_parent_path() ? file.parent_path() : fs::path(".")).one_calendar(file);
}

}  // namespace tenggat
