#include "notifiers/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "notifiers/message.h"

#include "rules/permit/people.h"

namespace tenggat::notify {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Minggu", "Senin", "Selasa", "Rabu",
                                                    "Kamis",  "Jumat", "Sabtu"};
constexpr std::array<std::string_view, 12> kMonths{"Januari",   "Februari", "Maret",    "April",
                                                   "Mei",       "Juni",     "Juli",     "Agustus",
                                                   "September", "Oktober",  "November", "Desember"};

std::string_view month(const LocalTime& t) { return kMonths.at(t.month - 1); }

std::string joined(std::int64_t big, std::string_view big_unit, std::int64_t small,
                   std::string_view small_unit) {
  if (big == 0) return fmt::format("{} {}", small, small_unit);
  if (small == 0) return fmt::format("{} {}", number(big), big_unit);
  return fmt::format("{} {} {} {}", number(big), big_unit, small, small_unit);
}

std::string in_days(Seconds working, Seconds nominal_day, std::string_view days) {
  const Seconds span = working.count() < 0 ? -working : working;
  if (nominal_day.count() <= 0 || span < nominal_day) return duration(span);
  return joined(span / nominal_day, days, (span % nominal_day).count() / 3600, "jam");
}

char capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string weekday_name(const LocalTime& t) { return std::string(kWeekdays.at(t.weekday)); }

std::string month_name(const LocalTime& t) { return std::string(month(t)); }

std::string clock_time(const LocalTime& t) { return fmt::format("{:02}.{:02}", t.hour, t.minute); }

std::string date(const LocalTime& t) { return fmt::format("{} {} {}", t.day, month(t), t.year); }

std::string short_moment(const LocalTime& t) {
  std::string said = fmt::format("{} {} {}, {}", weekday_name(t), t.day, month(t), clock_time(t));
  if (!t.zone_abbreviation.empty()) said += " " + t.zone_abbreviation;
  return said;
}

std::string plain_moment(const LocalTime& t) {
  std::string said = fmt::format("{} {} {} {}", weekday_name(t), t.day, month(t), clock_time(t));
  if (!t.zone_abbreviation.empty()) said += " " + t.zone_abbreviation;
  return said;
}

std::string full_moment(const LocalTime& t) {
  return fmt::format("{}, {} pukul {}", weekday_name(t), date(t), clock_time(t));
}

std::string duration(Seconds span) {
  const std::int64_t minutes = (span.count() < 0 ? -span.count() : span.count()) / 60;
  if (minutes == 0) return "kurang dari 1 menit";
  return joined(minutes / 60, "jam", minutes % 60, "menit");
}

std::string working_duration(Seconds working, Seconds nominal_day) {
  return in_days(working, nominal_day, "hari");
}

std::string working_time(Seconds working, Seconds nominal_day) {
  return in_days(working, nominal_day, "hari kerja");
}

std::string span_words(Seconds span, Counting counting, Seconds nominal_day) {
  if (counting == Counting::working) return working_time(span, nominal_day);
  const std::int64_t days = std::abs(span.count()) / kCivilDay.count();
  return days == 0 ? duration(span) : fmt::format("{} hari kalender", number(days));
}

std::string left_words(Seconds span, Counting counting, Seconds nominal_day) {
  if (counting == Counting::elapsed) return span_words(span, counting, nominal_day);
  return "waktu kerja " + working_duration(span, nominal_day);
}

std::string late_words(Seconds span, Counting counting, Seconds nominal_day) {
  if (counting == Counting::elapsed) return span_words(span, counting, nominal_day);
  return working_duration(span, nominal_day) + " (jam kerja)";
}

std::string budget_words(const Budget& budget) {
  std::string words;
  const auto add = [&words](long count, std::string_view unit) {
    if (count > 0) words += fmt::format("{}{} {}", words.empty() ? "" : " ", count, unit);
  };
  add(budget.calendar_days, "hari kalender");
  add(budget.days, "hari kerja");
  add(budget.hours, budget.days > 0 ? "jam" : "jam kerja");
  add(budget.minutes, budget.days > 0 || budget.hours > 0 ? "menit" : "menit kerja");
  return words;
}

std::string date(const std::string& text) {
  if (!is_civil_date(text)) return text;
  LocalTime local;
  local.year = std::stoi(text.substr(0, 4));
  local.month = static_cast<unsigned>(std::stoi(text.substr(5, 2)));
  local.day = static_cast<unsigned>(std::stoi(text.substr(8, 2)));
  return date(local);
}

namespace {

// What is so abbreviated all over the country.
constexpr std::string_view kAbbreviations[] = {"kk", "ktp", "nib", "npwp"};

std::string readable_within(std::string_view id, const Sop* sop) {
  std::string words;
  while (!id.empty()) {
    const std::size_t end = std::min(id.find('_'), id.size());
    std::string word(id.substr(0, end));
    id.remove_prefix(std::min(end + 1, id.size()));
    if (word == "draft") word = "draf";  // in ids the form's word stands
    if (const std::string* printed = sop ? sop->find_abbreviation(word) : nullptr)
      word = *printed;
    else if (std::ranges::find(kAbbreviations, word) != std::end(kAbbreviations))
      for (char& c : word) c = capital(c);
    words += (words.empty() ? "" : " ") + word;
  }
  return words;
}

std::string with_capital(std::string words) {
  if (!words.empty()) words.front() = capital(words.front());
  return words;
}

// The first word stays as it is where it is an abbreviation.
std::string with_small_letter(std::string words, const Sop& sop) {
  std::string first = words.substr(0, words.find(' '));
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::count_if(first.begin(), first.end(), is_capital) != 1 || !is_capital(first.front()))
    return words;
  first.front() = static_cast<char>(first.front() - 'A' + 'a');
  if (!sop.find_abbreviation(first)) words.front() = first.front();
  return words;
}

}  // namespace

std::string readable_within(std::string_view id, const Sop& sop) {
  return readable_within(id, &sop);
}
std::string readable(std::string_view id) { return with_capital(readable_within(id, nullptr)); }
std::string readable(std::string_view id, const Sop& sop) {
  return with_capital(readable_within(id, &sop));
}

std::string document_name(std::string_view kind, const Sop& sop) {
  const DocumentName* found = sop.find_document(kind);
  return found ? found->label : readable(kind, sop);
}

std::string document_name_within(std::string_view kind, const Sop& sop) {
  const DocumentName* found = sop.find_document(kind);
  return found ? with_small_letter(found->label, sop) : readable_within(kind, sop);
}

std::string without_full_stop(std::string text) {
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  return text;
}

std::string delivery_words(std::string_view code, bool english) {
  constexpr std::pair<std::string_view, std::pair<std::string_view, std::string_view>> kWords[] = {
      {reason::accepted, {"diterima penyedia", "taken by the provider"}},
      {reason::rate_limited,
       {"penyedia membatasi laju pengiriman", "the provider limits the rate"}},
      {reason::bad_address, {"alamat tidak dikenal di tujuan", "the address is not known there"}},
      {reason::mailbox_full, {"kotak surat penuh", "the mailbox is full"}},
      {reason::template_missing,
       {"templat belum disetujui penyedia", "the template is not approved by the provider"}},
      {reason::auth_failed,
       {"penyedia menolak kunci akses kantor", "the provider refuses the office's access key"}},
      {reason::timeout, {"penyedia tidak menjawab", "the provider does not answer"}},
      {reason::connection_failed,
       {"penyedia tidak dapat dihubungi", "the provider cannot be reached"}},
      {reason::connection_lost,
       {"hubungan terputus saat mengirim", "the connection broke while sending"}},
      {reason::tls_failed, {"sambungan aman gagal", "no secure connection could be made"}},
      {reason::server_error, {"gangguan pada penyedia", "a disturbance at the provider"}},
      {reason::rejected, {"pesan ditolak", "the message was refused"}},
      {reason::account_blocked,
       {"akun pengirim dihentikan penyedia", "the sender's account was stopped by the provider"}},
      {reason::private_address,
       {"alamat penyedia tidak diizinkan", "the provider's address is not allowed"}},
      {reason::not_configured, {"saluran belum diatur", "the channel is not set up"}},
      {reason::storage_failed, {"pesan tidak dapat ditulis", "the message cannot be written"}},
      {"channel_down", {"saluran sedang terhenti", "the channel has stopped"}},
      {"superseded", {"digantikan pesan yang lebih baru", "a newer message took its place"}},
      {"discarded", {"dihapus pengelola", "discarded by an administrator"}},
  };
  static_assert(std::size(kWords) == reason::all.size() + 3, "every reason has its words");
  for (const auto& [word, words] : kWords)
    if (word == code) return std::string(english ? words.second : words.first);
  return english ? "another cause" : "sebab lain";
}

std::string number(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t sign = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3;) {
    at -= 3;
    digits.insert(at, ".");
  }
  return digits;
}

std::string tenths(std::int64_t value_in_tenths) {
  const std::string_view sign = value_in_tenths < 0 ? "-" : "";
  const std::int64_t size = value_in_tenths < 0 ? -value_in_tenths : value_in_tenths;
  if (size % 10 == 0) return fmt::format("{}{}", sign, number(size / 10));
  return fmt::format("{}{},{}", sign, number(size / 10), size % 10);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "–";
  return tenths((part * 2000 + whole) / (2 * whole)) + "%";
}

std::string_view acting_prefix(std::string_view kind) {
  if (kind.empty()) return "";
  return kind == "plt" ? "Plt. " : "Plh. ";
}

}  // namespace tenggat::notify
