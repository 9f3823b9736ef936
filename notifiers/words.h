// How dates, durations and numbers are said in Indonesian; the one place of it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/calendar/calendar.h"
#include "rules/sop/sop.h"

namespace tenggat::notify {

std::string weekday_name(const LocalTime& t);  // "Kamis"
std::string month_name(const LocalTime& t);    // "April"
std::string clock_time(const LocalTime& t);    // "14.20"
std::string date(const LocalTime& t);          // "22 April 2026"
std::string short_moment(const LocalTime& t);  // "Kamis 16 April, 14.20 WITA"
// The same within a sentence, after a comma of its own: "Kamis 16 April 14.20 WITA".
std::string plain_moment(const LocalTime& t);
std::string full_moment(const LocalTime& t);  // "Rabu, 22 April 2026 pukul 09.12"

// Working or civil time, cut to minutes: "2 jam 10 menit"; under a minute "kurang dari 1 menit".
// Negative spans are said without a sign.
std::string duration(Seconds span);
// Working time in working days of `nominal_day` (Calendar::nominal_day), where the sentence or the
// column says that working time is meant: "1 hari 3 jam". Display only; from a day on, minutes are
// left out. Time left, lateness and what something took are all said by it.
std::string working_duration(Seconds working, Seconds nominal_day);
// The same by itself, as on a badge: "1 hari kerja 3 jam".
std::string working_time(Seconds working, Seconds nominal_day);

// Of a clock, by what it counts: "1 hari kerja 3 jam"; "13 hari kalender", under a day "7 jam".
std::string span_words(Seconds span, Counting counting, Seconds nominal_day);
// What is left and what is over, within a sentence: "waktu kerja 1 hari 3 jam", "13 hari kalender";
// "1 hari 3 jam (jam kerja)", "13 hari kalender".
std::string left_words(Seconds span, Counting counting, Seconds nominal_day);
std::string late_words(Seconds span, Counting counting, Seconds nominal_day);
// "4 hari kerja 1 jam 18 menit", "14 hari kalender"
std::string budget_words(const Budget& budget);

// "2026-04-13" (a civil date of rules/permit/people.h) → "13 April 2026"; as it is where it is
// none.
std::string date(const std::string& civil_date);

// The names that rules give to things: "denah_ruang" → "Denah ruang".
std::string readable(std::string_view id);
// The same of a service, which has abbreviations of its own: "Draf SK".
std::string readable(std::string_view id, const Sop& sop);
std::string readable_within(std::string_view id, const Sop& sop);  // a sentence: "draf SK"

// What a service calls a kind of document: by its label, else as above. "Draf SK"
std::string document_name(std::string_view kind, const Sop& sop);
std::string document_name_within(std::string_view kind, const Sop& sop);  // "draf SK"

// A note as a part of our sentence, which has a full stop of its own.
std::string without_full_stop(std::string text);

// Why a message did not arrive (notifiers/message.h, reason): "kotak surat penuh".
std::string delivery_words(std::string_view code, bool english = false);

std::string number(std::int64_t value);  // "1.234"
// One decimal, rounded half up, none where it is zero: tenths 964 -> "96,4", 1000 -> "100".
std::string tenths(std::int64_t value_in_tenths);
std::string percent(std::int64_t part, std::int64_t whole);  // "96,4%"; whole 0: "–"

// What stands before the title of who acts for its holder: "Plh. ", "Plt. "; nothing before their
// own. `kind` is a delegation's.
std::string_view acting_prefix(std::string_view kind);

}  // namespace tenggat::notify
