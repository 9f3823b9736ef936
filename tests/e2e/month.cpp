#include "tests/e2e/month.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace tenggat::test {
namespace {

struct Deed {
  std::string at;  // "03-02 08:10"
  std::string letter, what;
};

struct Story {
  const char* letter;
  std::vector<std::pair<const char*, const char*>> deeds;
};

const std::vector<Story>& stories() {
  static const std::vector<Story> all{
      {"A",  // in time, claimed by whoever works on it
       {{"03-02 08:10", "submit"},
        {"03-02 08:12", "claim verifikasi fo"},
        {"03-02 08:15", "accept"},
        {"03-02 08:20", "forward"},
        {"03-02 08:40", "claim kajian_teknis dt"},
        {"03-04 10:00", "recommend"},
        {"03-04 10:05", "draft"},
        {"03-04 10:08", "kabid"},
        {"03-04 10:11", "sekretaris"},
        {"03-04 10:14", "sign"},
        {"03-04 13:30", "receive"}}},
      {"B",  // the technical review is late, and with it the case; its officer says why
       {{"03-02 09:00", "submit"},
        {"03-02 09:08", "accept"},
        {"03-02 09:15", "forward"},
        {"03-03 09:00", "claim kajian_teknis dt"},
        {"03-09 08:30", "acknowledge cuaca"},
        {"03-11 10:00", "recommend"},
        {"03-11 10:06", "draft"},
        {"03-11 10:09", "kabid"},
        {"03-11 10:12", "sekretaris"},
        {"03-11 10:15", "sign"},
        {"03-12 09:00", "receive"}}},
      {"C",  // nobody ever does the technical review
       {{"03-03 10:00", "submit"}, {"03-03 10:05", "accept"}, {"03-03 10:12", "forward"}}},
      {"D",  // returned twice by the front office, once by the secretary
       {{"03-04 08:30", "submit"},
        {"03-04 08:36", "reject denah_ruang"},
        {"03-05 09:00", "mend"},
        {"03-05 09:20", "reject denah_ruang akta_pendirian"},
        {"03-06 10:00", "mend"},
        {"03-06 10:08", "accept"},
        {"03-06 10:15", "forward"},
        {"03-11 11:00", "recommend"},
        {"03-11 11:08", "draft"},
        {"03-11 11:12", "kabid"},
        {"03-11 11:15", "sekretaris_return"},
        {"03-11 11:22", "draft"},
        {"03-11 11:26", "kabid"},
        {"03-11 11:30", "sekretaris"},
        {"03-11 11:34", "sign"}}},
      {"E",  // withdrawn, the first time by mistake
       {{"03-05 10:00", "submit"},
        {"03-05 10:07", "accept"},
        {"03-09 08:50", "withdraw"},
        {"03-09 08:51", "undo portal"},
        {"03-09 09:00", "withdraw"}}},
      {"F",  // refused
       {{"03-09 08:05", "submit"},
        {"03-09 08:12", "accept"},
        {"03-09 08:18", "forward"},
        {"03-10 14:00", "oppose"},
        {"03-10 14:06", "draft"},
        {"03-10 14:09", "kabid"},
        {"03-10 14:12", "sekretaris"},
        {"03-10 14:15", "refuse"}}},
      {"G",  // two actions are taken back; the second makes its step late
       {{"03-10 09:00", "submit"},
        {"03-10 09:04", "accept"},
        {"03-10 09:05", "undo fo"},
        {"03-10 09:09", "accept"},
        {"03-10 09:15", "forward"},
        {"03-12 10:00", "recommend"},
        {"03-12 10:07", "draft"},
        {"03-12 10:10", "kabid"},
        {"03-12 10:13", "sekretaris"},
        {"03-12 10:16", "sign"},
        {"03-12 10:17", "undo kd"},
        {"03-12 10:25", "sign"},
        {"03-13 10:00", "receive"}}},
      {"H",  // done in time and entered after the breach was counted
       {{"03-11 09:00", "submit"},
        {"03-11 09:40", "accept_of 09:06"},
        {"03-11 09:46", "forward"},
        {"03-11 09:50", "confirm verifikasi kb"},
        {"03-13 10:00", "claim kajian_teknis dt"},
        {"03-13 11:00", "recommend"},
        {"03-13 11:20", "draft"},
        {"03-13 11:24", "kabid"},
        {"03-13 11:28", "sekretaris"},
        {"03-13 11:32", "sign"},
        {"03-16 09:00", "receive"}}},
      {"I",  // the applicant is asked
       {{"03-12 13:10", "submit"},
        {"03-12 13:15", "accept"},
        {"03-12 13:22", "forward"},
        {"03-13 09:00", "ask"},
        {"03-25 10:00", "answer"},
        {"03-26 14:00", "recommend"},
        {"03-26 14:05", "draft"},
        {"03-26 14:08", "kabid"},
        {"03-26 14:12", "sekretaris"},
        {"03-26 14:15", "sign"},
        {"03-27 09:00", "receive"}}},
      {"J",  // two late steps, and a decree that is mended after it was signed
       {{"03-16 10:00", "submit"},
        {"03-16 10:30", "accept"},
        {"03-16 10:38", "forward"},
        {"03-25 15:00", "recommend"},
        {"03-25 15:06", "draft"},
        {"03-25 15:20", "kabid"},
        {"03-25 15:24", "sekretaris"},
        {"03-25 15:28", "sign"},
        {"03-26 09:00", "report_error"},
        {"03-26 09:08", "draft"},
        {"03-26 09:12", "kabid"},
        {"03-26 09:16", "sekretaris"},
        {"03-26 09:20", "sign"},
        {"03-26 11:00", "receive"}}},
      {"K",  // the step is late in March, the case in April
       {{"03-25 09:00", "submit"},
        {"03-25 09:06", "accept"},
        {"03-25 09:12", "forward"},
        {"04-01 10:00", "recommend"},
        {"04-01 10:06", "draft"},
        {"04-01 10:09", "kabid"},
        {"04-01 10:12", "sekretaris"},
        {"04-01 10:15", "sign"}}},
      {"L",  // under way; its officer asks for help
       {{"03-30 08:30", "submit"},
        {"03-30 08:36", "accept"},
        {"03-30 08:43", "forward"},
        {"03-31 10:00", "escalate"}}},
      {"M",  // of April where the office is, of March in Greenwich
       {{"03-31 16:10", "submit"}, {"04-01 07:35", "accept"}, {"04-01 07:44", "forward"}}},
      {"N",  // its acceptance can still be taken back when the month is looked at
       {{"04-02 15:50", "submit"}, {"04-02 15:51", "accept"}}},
      {"O",  // with the applicant
       {{"03-27 09:00", "submit"}, {"03-27 09:07", "reject akta_pendirian"}}},
      {"P",  // short of time at the end
       {{"03-27 10:00", "submit"}, {"03-27 10:06", "accept"}, {"03-27 10:12", "forward"}}},
      {"Q",  // on a visit in the field
       {{"03-31 09:00", "submit"},
        {"03-31 09:05", "accept"},
        {"03-31 09:11", "forward"},
        {"04-01 09:00", "pause"}}},
      {"R",  // its date is today
       {{"03-26 15:50", "submit"}, {"03-26 15:57", "accept"}, {"03-27 08:10", "forward"}}},
  };
  return all;
}

std::vector<Deed> in_order() {
  std::vector<Deed> deeds;
  for (const Story& story : stories())
    for (const auto& [at, what] : story.deeds) deeds.push_back({at, story.letter, what});
  std::stable_sort(deeds.begin(), deeds.end(),
                   [](const Deed& a, const Deed& b) { return a.at < b.at; });
  return deeds;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(' ', from), text.size());
    words.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return words;
}

std::string file(const std::string& kind, const std::string& more = "") {
  return kind + "=https://intanbjb.example/berkas/" + kind + ".pdf" + more;
}

struct Move {
  const char *what, *who, *step, *action;
  std::vector<std::string> more;
};

const std::vector<Move>& moves() {
  static const std::vector<Move> all{
      {"accept", "fo", "verifikasi", "accept", {}},
      {"mend", "portal", "pengajuan", "submit", {"--document", file("persyaratan_izin_paud")}},
      {"forward", "bo", "penerimaan", "forward", {}},
      {"recommend",
       "dt",
       "kajian_teknis",
       "recommend",
       {"--document", file("bapl"), "--document", file("rekomendasi")}},
      {"oppose",
       "dt",
       "kajian_teknis",
       "not_recommend",
       {"--note", "ruang belajar belum memenuhi syarat", "--document", file("bapl"), "--document",
        file("rekomendasi")}},
      {"draft", "bo", "penyusunan_sk", "draft", {"--document", file("draft_sk")}},
      {"kabid", "kb", "persetujuan_kabid", "approve", {}},
      {"sekretaris", "s", "persetujuan_sekretaris", "approve", {}},
      {"sekretaris_return",
       "s",
       "persetujuan_sekretaris",
       "return",
       {"--note", "nama lembaga keliru"}},
      {"sign",
       "kd",
       "penandatanganan",
       "sign",
       {"--document", file("surat_keputusan", ",number=503/17/DPMPTSP/2026")}},
      {"refuse", "kd", "penandatanganan", "refuse", {"--document", file("surat_penolakan")}},
      {"report_error", "portal", "penerimaan_sk", "report_error", {"--note", "alamat keliru"}},
      {"receive", "portal", "penerimaan_sk", "receive", {}},
  };
  return all;
}

}  // namespace

void Month::submit(const std::string& letter) {
  const boost::json::value answer =
      office_.json({"permit", "submit", "--sop", "paud", "--name", "Pemohon " + letter, "--subject",
                    "PAUD Melati " + letter, "--email", "pemohon-" + letter + "@warga.example",
                    "--document", file("persyaratan_izin_paud")},
                   "portal");
  numbers_[letter] = boost::json::value_to<std::string>(answer.at("number"));
}

void Month::act(const std::string& letter, const std::string& who,
                std::vector<std::string> arguments) {
  arguments.insert(arguments.begin() + 1, number(letter));
  arguments.insert(arguments.begin(), "permit");
  office_.json(std::move(arguments), who);
}

void Month::happen(const std::string& letter, const std::string& what) {
  const std::vector<std::string> words = words_of(what);
  const std::string& verb = words.front();
  if (verb == "submit") return submit(letter);
  if (verb == "claim") return act(letter, words[2], {"claim", "--step", words[1]});
  if (verb == "confirm") return act(letter, words[2], {"confirm", "--step", words[1]});
  if (verb == "undo") return act(letter, words[1], {"undo"});
  if (verb == "withdraw") return act(letter, "portal", {"act", "withdraw"});
  if (verb == "acknowledge")
    return act(letter, "dt", {"acknowledge", "--step", "kajian_teknis", "--reason", words[1]});
  if (verb == "escalate") return act(letter, "dt", {"escalate", "--step", "kajian_teknis"});
  if (verb == "pause")
    return act(letter, "dt",
               {"pause", "--step", "kajian_teknis", "--reason", "kunjungan_lapangan"});
  if (verb == "ask")
    return act(letter, "dt",
               {"pause", "--step", "kajian_teknis", "--reason", "klarifikasi_pemohon", "--note",
                "mohon denah ruang"});
  if (verb == "answer") return act(letter, "portal", {"resume", "--step", "kajian_teknis"});
  if (verb == "reject") {
    std::vector<std::string> arguments{"act", "reject", "--step", "verifikasi"};
    for (std::size_t i = 1; i < words.size(); ++i) {
      arguments.push_back("--deficiency");
      arguments.push_back(words[i] + "=belum dilampirkan");
    }
    return act(letter, "fo", std::move(arguments));
  }
  if (verb == "accept_of")
    return act(letter, "fo",
               {"act", "accept", "--step", "verifikasi", "--occurred-at",
                "2026-03-11T" + words[1] + ":00+08:00", "--reason", "gangguan listrik"});
  for (const Move& move : moves()) {
    if (verb != move.what) continue;
    std::vector<std::string> arguments{"act", move.action, "--step", move.step};
    arguments.insert(arguments.end(), move.more.begin(), move.more.end());
    return act(letter, move.who, std::move(arguments));
  }
  FAIL() << "a story says " << what;
}

void Month::play(const std::string& until) {
  const std::vector<Deed> deeds = in_order();
  for (; played_ < deeds.size(); ++played_) {
    const Deed& deed = deeds[played_];
    if (!until.empty() && deed.at > until) break;
    office_.advance(fmt::format("2026-{}T{}:00", deed.at.substr(0, 5), deed.at.substr(6)));
    happen(deed.letter, deed.what);
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << deed.at << ' ' << deed.letter << ' ' << deed.what;
      return;
    }
  }
  office_.advance(
      until.empty() ? kEnd : fmt::format("2026-{}T{}:00", until.substr(0, 5), until.substr(6)));
}

}  // namespace tenggat::test
