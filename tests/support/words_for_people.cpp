#include "tests/support/words_for_people.h"

#include <algorithm>
#include <regex>

namespace tenggat::test {
namespace {

struct Rule {
  const char* pattern;
  const char* instead;
};

constexpr Rule kForEverybody[] = {
    {R"(\.\.(?!/))", "one full stop"},
    {R"(\b\d{4}-\d{2}-\d{2}\b)", "a date as people write it"},
    {R"([Tt]erlambat ([89]|\d{2,}) jam)", "working days and hours"},
    {R"((hari ini|kemarin) \d+\.)", "pukul"},
    {R"(ditetapkan WI[BT])", "no zone where there is no time"},
    {"–%", "in words that there is none yet"},
    {R"(\b[Dd]raft\b)", "draf"},
    {R"(boleh kosong)", "opsional"},
    {R"(\b[Ss]ebutan\b)", "kode pegawai"},
    {R"(\b(Lepas|Buang) yang\b)", "Lepaskan, Hapus"},
    {R"(\bdilepas\b)", "dilepaskan"},
    {R"(\bsoal kendala)", "mengenai kendala"},
    {R"(\bMenarik permohonan\b)", "Tarik permohonan"},
    {R"(rekan Anda)", "petugas pengganti"},
    {R"(\(untuk )", "menggantikan"},
    {R"(Nomor Surat [Kk]eputusan)", "Nomor surat keputusan"},
    {R"(Versi sudah bukan|tidak mengenal tindakan)", "what an officer can do about it"},
    {R"(Waktu siapa|Diangkat|Jadinya|\btengah\b)",
     "Pemakaian waktu per pihak, Dipicu, Hasil, median"},
    {R"(\b[Ss]idik (peristiwa|\(|sebelum))", "sidik jari digital"},
    // A name of the machine's.
    {R"(\b[a-z]+_[a-z_]+\b)", "words"},
    {R"(\b(the|and|of|is|are|not|was|were|with|from|step|action|permit|applicant|officer|note|reason)\b)",
     "Indonesian"},
    {R"(\b(queued|accepted|failed|dead|pending|dropped|rendered|delivered|undelivered|discarded)\b)",
     "Indonesian"},
    {R"(\b(deficiency|escalation|obstacle|release|assign|pause|paused|copy|folded|absorbed)\b)",
     "Indonesian"},
    {R"(\b(superseded|undone|delegated|assigned|acknowledged|silenced|rearmed|extended|migrated)\b)",
     "Indonesian"},
    {R"(\b(rejected|timeout|expired|unknown|missing|invalid|error|submitted|acted)\b)",
     "Indonesian"},
};
constexpr Rule kForOfficers[] = {{R"(\bSaudara\b)", "Bapak/Ibu"}};

std::string without(const std::string& text, const char* pattern, const char* instead) {
  return std::regex_replace(text, std::regex(pattern), instead);
}

// Compiled once: pages are many.
struct Search {
  std::regex pattern;
  const Rule* rule;
};
template <std::size_t N>
std::vector<Search> searches_of(const Rule (&rules)[N]) {
  std::vector<Search> all;
  for (const Rule& rule : rules) all.push_back({std::regex(rule.pattern), &rule});
  return all;
}

void find(std::string_view words, const Search& search, std::vector<std::string>& faults) {
  using At = std::regex_iterator<std::string_view::const_iterator>;
  for (At at(words.begin(), words.end(), search.pattern), end; at != end; ++at) {
    const auto place = static_cast<std::size_t>(at->position());
    const std::size_t from = place > 60 ? place - 60 : 0;
    faults.push_back("'" + at->str() + "' (" + search.rule->instead + ") in: " +
                     std::string(words.substr(from, place - from + at->str().size() + 40)));
  }
}

}  // namespace

std::string words_of_page(std::string_view html) {
  std::string text;
  // What is no text for people, with its content.
  for (std::size_t at = 0; at < html.size();) {
    bool skipped = false;
    for (const std::string_view tag : {"style", "script", "code", "q"}) {
      const std::string open = "<" + std::string(tag), close = "</" + std::string(tag) + ">";
      if (html.substr(at, open.size()) != open) continue;
      const std::size_t end = html.find(close, at);
      at = end == std::string_view::npos ? html.size() : end + close.size();
      text += ' ';
      skipped = true;
    }
    // What stands there for who reads no Indonesian.
    if (constexpr std::string_view english = "<section lang=\"en\">";
        html.substr(at, english.size()) == english) {
      at = std::min(html.find("</section>", at), html.size());
      skipped = true;
    }
    if (!skipped) text += html[at++];
  }
  // Labels are read out, so they are words too.
  static const std::regex label("<[^<>]*?(aria-label|placeholder|title|alt)=\"([^\"]*)\"[^<>]*>");
  text = std::regex_replace(text, label, " $2. ");
  text = without(text, "<br>", ". ");
  text = without(text, "<(/?(p|li|td|th|tr|h[1-6]|dt|dd|option|label|summary|button|div)\\b)[^>]*>",
                 " | ");
  text = without(text, "<[^>]*>", "");
  text = without(text, "(https?://|tenggat:)[^ |]*", "");
  text = without(text, "&amp;", "&");
  text = without(text, "&quot;", "\"");
  text = without(text, "&#39;", "'");
  return without(text, "[ \n]+", " ");
}

std::vector<std::string> faults_in_words(std::string_view words, ReadBy reader) {
  std::vector<std::string> faults;
  static const std::vector<Search> everybody = searches_of(kForEverybody);
  static const std::vector<Search> officers = searches_of(kForOfficers);
  for (const Search& search : everybody) find(words, search, faults);
  if (reader == ReadBy::officer)
    for (const Search& search : officers) find(words, search, faults);
  return faults;
}

}  // namespace tenggat::test
