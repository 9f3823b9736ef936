#include "daemon/pages/citizen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/http/cookies.h"
#include "daemon/http/problem.h"
#include "notifiers/phone.h"

namespace tenggat::pages {
namespace {

using notify::Speech;
using notify::Tongue;

constexpr std::string_view kTongueCookie = "tenggat_bahasa", kAsked = "bahasa";
constexpr std::chrono::seconds kRemembered = std::chrono::hours(365 * 24);
constexpr int kLookAhead = 70;        // days, beyond any range of dates with hours of its own
constexpr std::int64_t kFewest = 10;  // cases, so that nine of ten says something

std::optional<Tongue> asked_by(const http::Request& request) {
  return notify::tongue_of(request.query.get(kAsked).value_or(""));
}

std::string ranges_of(const DayProof& day, const Speech& speech) {
  std::string ranges;
  for (const Span& span : day.spans) {
    if (span.kind != Span::Kind::counted) continue;
    ranges += fmt::format("{}{}–{}", ranges.empty() ? "" : ", ",
                          speech.clock(speech.calendar().local(span.from)),
                          speech.clock(speech.calendar().local_end(span.to)));
  }
  return ranges;
}

// Neither a day off nor of a range of dates, nor a make-up day.
bool is_ordinary(const DayProof& day) {
  return std::none_of(day.spans.begin(), day.spans.end(), [](const Span& span) {
    return span.kind == Span::Kind::day_off || !span.why.empty();
  });
}

// "tel:" takes digits; "(0511) 555 0142" is what people read.
std::string dialled(std::string_view phone) {
  std::string digits;
  for (const char c : phone)
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  return digits;
}

Html phone_link(const std::string& phone) {
  return html("<a href=\"tel:{}\">{}</a>", dialled(phone), phone);
}

Html whatsapp_link(const std::string& phone) {
  const auto number = notify::normalise_phone(phone);
  return number ? html("<a href=\"https://wa.me/{}\" rel=\"noreferrer\">{}</a>", *number, phone)
                : html("{}", phone);
}

Html lines_of(const std::vector<std::string>& all) {
  Html lines;
  for (const std::string& one : all) lines += lines.empty() ? html("{}", one) : html("<br>{}", one);
  return lines;
}

Html fact(const char* name, const Html& value) {
  return html("<dt>{}</dt><dd>{}</dd>", name, value);
}

// The next date that a decree closes.
Html next_day_off(const Speech& speech, Instant now) {
  const std::vector<DecreedDay> days = speech.calendar().decreed_days();
  const auto next = std::find_if(days.begin(), days.end(), [&](const DecreedDay& one) {
    return !one.make_up && one.begins > now;
  });
  if (next == days.end()) return {};
  return html("{}, {}", speech.day(speech.calendar().local(next->begins)), next->name);
}

}  // namespace

Tongue tongue_for(const http::Request& request, std::optional<Tongue> known) {
  if (const auto asked = asked_by(request)) return *asked;
  for (const std::string_view value : http::cookies(request.headers, std::string(kTongueCookie)))
    if (const auto chosen = notify::tongue_of(value)) return *chosen;
  if (known) return *known;
  const std::string_view wanted = request.headers.get("Accept-Language").value_or("");
  const bool english = wanted.find("en") != std::string_view::npos &&
                       http::language_of(wanted) == http::Language::english;
  return english ? Tongue::english : Tongue::indonesian;
}

void keep_tongue(const http::Request& request, const std::string& public_url,
                 http::Response& response) {
  const auto asked = asked_by(request);
  if (!asked) return;
  response.headers.set("Set-Cookie",
                       fmt::format("{}={}; Path=/; SameSite=Lax; Max-Age={}{}", kTongueCookie,
                                   notify::code_of(*asked), kRemembered.count(),
                                   public_url.starts_with("https://") ? "; Secure" : ""));
}

std::string other_tongue_of(const http::Request& request, Tongue tongue) {
  return fmt::format(
      "{}?{}={}", request.path, kAsked,
      notify::code_of(tongue == Tongue::english ? Tongue::indonesian : Tongue::english));
}

std::vector<std::string> opening_hours(const Speech& speech, Instant now) {
  const Calendar& calendar = speech.calendar();
  const LocalTime today = calendar.local(now);
  const Instant begin = calendar.midnight(today.year, today.month, today.day);
  std::array<std::string, 7> hours, names;
  std::array<bool, 7> known{};
  for (const DayProof& day : calendar.explain(begin, begin + kLookAhead * kCivilDay)) {
    if (day.spans.empty() || !is_ordinary(day)) continue;
    const LocalTime local = calendar.local(day.spans.front().from);
    if (std::exchange(known.at(local.weekday), true)) continue;
    hours.at(local.weekday) = ranges_of(day, speech);
    names.at(local.weekday) = speech.weekday(local);
  }
  std::vector<std::string> all;
  for (std::size_t i = 0; i < 7;) {
    const auto at = [](std::size_t n) { return (n + 1) % 7; };  // the week begins on Monday
    std::size_t last = i;
    while (last + 1 < 7 && hours.at(at(last + 1)) == hours.at(at(i))) ++last;
    if (!hours.at(at(i)).empty())
      all.push_back(last == i ? fmt::format("{} {}", names.at(at(i)), hours.at(at(i)))
                              : fmt::format("{}–{} {}", names.at(at(i)), names.at(at(last)),
                                            hours.at(at(i))));
    i = last + 1;
  }
  return all;
}

Html open_now(const Speech& speech, Instant now) {
  const Calendar& calendar = speech.calendar();
  const Instant opens = calendar.next_working(now);
  if (calendar.same_working_day(now, opens)) {
    const std::string until = speech.clock(calendar.local_end(calendar.last_closing_after(now)));
    return badge(
        Tone::ok,
        opens == now
            ? fmt::format("{} {}", speech.say("Buka hari ini sampai", "Open today until"), until)
            : fmt::format("{} {}", speech.say("Buka hari ini mulai", "Open today from"),
                          speech.clock(calendar.local(opens))));
  }
  return badge(Tone::neutral, fmt::format("{} {}", speech.say("Tutup, buka", "Closed, opens"),
                                          speech.brief(opens)));
}

Html contact_foot(const office::Office& office, const Speech& speech, Instant now) {
  const Config::Counter& counter = office.counter;
  Html inside = html("<p><strong>{}</strong>", office.name);
  if (!counter.address.empty()) inside += html("<br>{}", counter.address);
  inside += html("</p><p>{} {}</p>", lines_of(opening_hours(speech, now)),
                 speech.calendar().local(now).zone_abbreviation);
  Html ways;
  if (!counter.phone.empty())
    ways += html("<li>{} {}</li>", speech.say("Telepon", "Phone"), phone_link(counter.phone));
  if (!counter.whatsapp.empty())
    ways += html("<li>WhatsApp {}</li>", whatsapp_link(counter.whatsapp));
  if (!ways.empty())
    inside += html("<ul class=\"hubungi\">{}</ul><p class=\"halus\">{}</p>", ways,
                   speech.say("Sebutkan nomor permohonan Anda.",
                              "Please have the number of your application at hand."));
  return inside;
}

Html contact_facts(const office::Office& office, const Speech& speech, Instant now) {
  const Config::Counter& counter = office.counter;
  Html facts =
      fact(speech.say("Jam", "Hours"), html("{}<br>{}", lines_of(opening_hours(speech, now)),
                                            speech.calendar().local(now).zone_abbreviation));
  const Html off = next_day_off(speech, now);
  if (!off.empty()) facts += fact(speech.say("Libur berikutnya", "Next day off"), off);
  if (!counter.address.empty()) {
    Html place = html("{}", counter.address);
    if (!counter.map_url.empty())
      place += html("<br><a class=\"sentuh\" href=\"{}\" rel=\"noreferrer\">{}</a>",
                    counter.map_url, speech.say("Lihat peta", "Map"));
    facts += fact(speech.say("Alamat", "Address"), place);
  }
  if (!counter.phone.empty())
    facts += fact(speech.say("Telepon", "Phone"), phone_link(counter.phone));
  if (!counter.whatsapp.empty()) facts += fact("WhatsApp", whatsapp_link(counter.whatsapp));
  return html("<dl class=\"fakta\">{}</dl>", facts);
}

const office::CaseTimes* times_of(const office::Board* board, const Sop& sop) {
  if (!board) return nullptr;
  const auto found = board->sops.find(sop.id);
  if (found == board->sops.end() || found->second.cases.count < kFewest) return nullptr;
  return &found->second.cases;
}

}  // namespace tenggat::pages
