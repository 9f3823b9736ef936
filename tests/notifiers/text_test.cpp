#include "notifiers/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "notifiers/utf8.h"
#include "tests/notifiers/sample.h"
#include "tests/support/words_for_people.h"

namespace tenggat::notify {
namespace {

// The texts that ship with one body replaced.
std::string first_fault(const std::string& body, const std::string& subject = "Pesan") {
  const std::string file = fmt::format(
      "bahasa: id\nteks:\n  - id: diterima\n    audience: pemohon\n    subjek: \"{}\"\n"
      "    template: tenggat_diterima\n    isi: \"{}\"\n",
      subject, body);
  const auto loaded = load_texts({"id.yaml", file});
  return loaded.has_value() ? "" : loaded.error().front().to_string();
}

TEST(Text, TheTextsThatShipAreSound) {
  const auto loaded = load_texts(shipped_texts_file());
  std::string faults;
  if (!loaded) {
    for (const Fault& fault : loaded.error()) faults += fault.to_string() + "\n";
  }
  EXPECT_EQ(faults, "");
}

TEST(Text, EveryTextRendersWithSampleData) {
  for (const Text& text : shipped_texts().all()) {
    const Rendered rendered = render(shipped_texts(), text.id, sample_fields());
    EXPECT_EQ(rendered.body.find_first_of("{}\r\n\t"), std::string::npos) << text.id;
    EXPECT_EQ(rendered.subject.find_first_of("{}\r\n\t"), std::string::npos) << text.id;
    EXPECT_EQ(rendered.body.find("  "), std::string::npos) << text.id;
    EXPECT_FALSE(rendered.subject.empty());
    EXPECT_LE(characters(rendered.subject), 100u) << rendered.subject;
    EXPECT_EQ(rendered.fields.size(), text.field_names.size());
    EXPECT_NE(rendered.body.find("DPMPTSP Kota Banjarbaru"), std::string::npos) << text.id;
  }
}

TEST(Text, WhatPeopleReadHoldsNoWordThatWasCorrected) {
  using test::ReadBy;
  for (const Text& text : shipped_texts().all()) {
    const Rendered rendered = render(shipped_texts(), text.id, sample_fields());
    const ReadBy reader = text.reader == Reader::officer ? ReadBy::officer : ReadBy::anybody;
    for (const std::string& words : {rendered.subject, rendered.body})
      EXPECT_EQ(test::faults_in_words(test::words_of_page(words), reader),
                std::vector<std::string>{})
          << text.id;
  }
}

TEST(Text, TheWordsThatWereCorrectedAreKnownWhereTheyComeBack) {
  using test::faults_in_words, test::ReadBy, test::words_of_page;
  for (const char* words : {"paling sedikit 3 m² per anak.. Keberatan",
                            "sejak 2026-04-20",
                            "terlambat 25 jam 42 menit",
                            "batas hari ini 10.26",
                            "belum ditetapkan WITA",
                            "Tepat waktu –% dari 0",
                            "Draft SK",
                            "Catatan (boleh kosong)",
                            "Sebutan: fo",
                            "Lepas yang dipilih",
                            "Buang yang dipilih",
                            "tugas dilepas",
                            "ditanyai lagi soal kendalanya",
                            "Menarik permohonan",
                            "kepada rekan Anda",
                            "Plh. Kepala Dinas (untuk Siti)",
                            "Nomor Surat keputusan",
                            "Versi sudah bukan yang terbaru",
                            "Langkah ini tidak mengenal tindakan itu",
                            "Waktu siapa yang terpakai",
                            "Diangkat",
                            "Jadinya",
                            "tengah",
                            "Sidik (SHA-256)",
                            "menunggu state_changed",
                            "role vacant and",
                            "gagal (server error)"})
    EXPECT_FALSE(faults_in_words(words).empty()) << words;
  EXPECT_FALSE(faults_in_words("perlu perhatian Saudara", ReadBy::officer).empty());
  EXPECT_TRUE(faults_in_words("keterangan Saudara, 3 hari kerja 3 jam, PAUD-2026-00017").empty());
  EXPECT_EQ(faults_in_words(words_of_page("<p>a.<script>x..</script></p><p>b <code>is the</code>"
                                          " <a href=\"/x_y\" title=\"boleh kosong\">c</a></p>"))
                .size(),
            1U);
}

TEST(Text, AValuesOwnFullStopIsNotSaidTwice) {
  auto fields = sample_fields();
  fields["alasan"] = "ruang belajar paling sedikit 3 m² per anak. ";
  const Rendered rendered = render(shipped_texts(), "ditolak", fields);
  EXPECT_NE(rendered.body.find("3 m² per anak. "), std::string::npos) << rendered.body;
  EXPECT_EQ(rendered.body.find(".."), std::string::npos) << rendered.body;
  for (const std::string& value : rendered.parameters) EXPECT_FALSE(value.ends_with('.')) << value;
}

TEST(Text, AZoneIsSaidAfterATimeOnly) {
  auto fields = sample_fields();
  EXPECT_NE(render(shipped_texts(), "eskalasi", fields).body.find("pukul 13.55 WITA."),
            std::string::npos);
  fields["tanggal_batas"] = "belum ditetapkan";
  for (const char* text : {"eskalasi", "tahap"}) {
    const Rendered rendered = render(shipped_texts(), text, fields);
    EXPECT_NE(rendered.body.find("belum ditetapkan."), std::string::npos) << rendered.body;
    EXPECT_EQ(rendered.body.find("WITA"), std::string::npos) << rendered.body;
    const bool said = std::ranges::any_of(rendered.parameters, [](const std::string& value) {
      return value.find("WITA") != std::string::npos;
    });
    EXPECT_FALSE(said) << text;
  }
}

Texts english() {
  std::ifstream file(TENGGAT_RULES_DIR "/texts/en.yaml");
  auto loaded = load_texts(
      {"rules/office/texts/en.yaml", std::string((std::istreambuf_iterator<char>(file)), {})});
  if (!loaded) throw std::runtime_error(loaded.error().front().to_string());
  return *loaded;
}

TEST(Text, EnglishSaysTheSameOfTheSameFields) {
  const Texts texts = english();
  EXPECT_EQ(texts.language(), "en");
  EXPECT_TRUE(translation_faults(shipped_texts(), texts).empty());
  for (const Text& text : texts.all()) {
    const Rendered rendered = render(texts, text.id, sample_fields());
    EXPECT_EQ(rendered.body.find_first_of("{}\r\n\t"), std::string::npos) << text.id;
    EXPECT_LE(characters(rendered.subject), 100u) << rendered.subject;
    // No word of the other language but in the fields.
    for (const char* word : {"Yth", "permohonan", "berkas", "melalui", "kami"})
      EXPECT_EQ(text.body.find(word), std::string::npos) << text.id << ' ' << word;
  }
}

TEST(Text, ATranslationThatDiffersIsNamed) {
  std::vector<Text> texts = english().all();
  texts[0].field_names.pop_back();
  texts[1].template_name = "lain";
  texts[3].id = "tambahan";
  std::vector<std::string> said;
  for (const Said& one : translation_faults(shipped_texts(), Texts(texts, "en"))) {
    said.push_back(one.english);
    EXPECT_FALSE(one.indonesian.empty());
  }
  EXPECT_EQ(said,
            (std::vector<std::string>{
                "the text diterima has other fields",
                "the text lengkap has another audience, template or pengganti",
                "the text dikembalikan is missing", "the text tambahan is not in the original"}));
}

TEST(Text, EverySampleFieldIsUsedBySomeText) {
  for (const auto& [name, value] : sample_fields()) {
    if (name == "persen") continue;  // for offices whose own words of the recap have it
    const bool used = std::ranges::any_of(shipped_texts().all(), [&name = name](const Text& text) {
      return std::ranges::find(text.field_names, name) != text.field_names.end();
    });
    EXPECT_TRUE(used) << name;
  }
}

TEST(Text, WordingIsTheAgreedOne) {
  EXPECT_EQ(
      render(shipped_texts(), "tugas_baru", sample_fields()).body,
      "Yth. Bapak/Ibu Ahmad Fauzi, 2 permohonan baru menunggu pada tahap Kajian Teknis. Daftar "
      "tugas: https://perizinan.example.go.id/lacak/Zk3v0b9uQ2mT7xY1aB4cDe – sistem Tenggat "
      "DPMPTSP Kota Banjarbaru.");
}

TEST(Text, FieldsComeInOrderOfFirstAppearance) {
  const Rendered rendered = render(shipped_texts(), "eskalasi", sample_fields());
  EXPECT_EQ(
      rendered.field_names,
      (std::vector<std::string>{"jabatan_atasan", "nomor", "nama_tahap", "penanggung_jawab",
                                "keterlambatan", "tanggal_batas", "zona", "tautan", "instansi"}));
  EXPECT_EQ(rendered.fields[3], "belum ada petugas");
  EXPECT_EQ(rendered.template_name, "tenggat_eskalasi");
}

TEST(Text, MetaGetsAVariableForEachPlaceAndOneForFieldsThatTouch) {
  const std::map<std::string, std::string> values{{"a", "satu"}, {"b", "dua"}};
  const auto parameters = [&](const std::string& body) {
    std::string all;
    for (const std::string& one : template_body(body, values).parameters) all += '[' + one + ']';
    return all;
  };
  EXPECT_EQ(template_body("Ke {a}, lalu {b}, lalu {a} lagi.", values).text,
            "Ke {{1}}, lalu {{2}}, lalu {{3}} lagi.");
  EXPECT_EQ(parameters("Ke {a}, lalu {b}, lalu {a} lagi."), "[satu][dua][satu]");
  EXPECT_EQ(template_body("Pada {a} {b} dan {a}{b}{a} saja.", values).text,
            "Pada {{1}} dan {{2}} saja.");
  EXPECT_EQ(parameters("Pada {a} {b} dan {a}{b}{a} saja."), "[satu dua][satuduasatu]");
  EXPECT_EQ(parameters("Tanpa apa-apa."), "");
}

TEST(Text, RulesOfMetaAndOfGoodLinksHold) {
  EXPECT_NE(first_fault("{nomor} di awal teks.").find("starts or ends with a field"),
            std::string::npos);
  EXPECT_NE(first_fault("Pantau di {tautan}").find("starts or ends with a field"),
            std::string::npos);
  EXPECT_NE(first_fault("Pantau di {tautan}. Hormat kami.").find("full stop"), std::string::npos);
  EXPECT_NE(first_fault("Pantau .{tautan_skm} ya.").find("full stop"), std::string::npos);
  EXPECT_NE(first_fault("Halo {nik} ya.").find("unknown field {nik}"), std::string::npos);
  EXPECT_NE(first_fault("Halo {nomor ya.").find("brace"), std::string::npos);
  EXPECT_NE(first_fault("Halo } ya.").find("brace"), std::string::npos);
  EXPECT_NE(first_fault("Baris\\nkedua.").find("line break"), std::string::npos);
  EXPECT_NE(first_fault(std::string(1025, 'a')).find("longer than 1024"), std::string::npos);
  EXPECT_NE(first_fault("Halo {nomor} ya.", "Untuk {perihal}").find("{perihal} is not in isi"),
            std::string::npos);
  EXPECT_NE(first_fault("Halo {nomor} ya.").find("is missing"), std::string::npos);
}

TEST(Text, FaultsCarryLineAndColumn) {
  EXPECT_TRUE(first_fault("Halo {nik} ya.").starts_with("id.yaml:7:10: "));
}

TEST(Text, TwoTextsOfOneNameAreRefused) {
  SourceFile file = shipped_texts_file();
  const auto at = file.text.find("  - id: lengkap");
  file.text.replace(at, 15, "  - id: diterima");
  const auto loaded = load_texts(file);
  ASSERT_TRUE(loaded.has_error());
  EXPECT_NE(loaded.error().front().message.find("diterima is there twice"), std::string::npos);
}

TEST(Text, AMissingFieldIsABugAndAnExtraOneIsNot) {
  auto fields = sample_fields();
  fields["tak_dikenal"] = "x";
  EXPECT_NO_THROW(render(shipped_texts(), "tahap", fields));
  fields.erase("nomor");
  EXPECT_THROW(render(shipped_texts(), "tahap", fields), std::logic_error);
  EXPECT_THROW(render(shipped_texts(), "tidak_ada", fields), std::logic_error);
}

TEST(Text, ValuesCannotBreakTheLineOrForgeAnotherField) {
  auto fields = sample_fields();
  fields["alasan"] = "baris satu\r\nbaris dua\t{tautan}\x1b[31m";
  fields["perihal"] = "";
  const Rendered rendered = render(shipped_texts(), "dikembalikan", fields);
  EXPECT_NE(rendered.body.find("baris satu baris dua {tautan} [31m"), std::string::npos);
  EXPECT_EQ(render(shipped_texts(), "ditarik", fields).fields[2], "-");
}

TEST(Text, NoNameTurnsTheLineOfAMessage) {
  auto fields = sample_fields();
  fields["alasan"] = "pemilik \u202Egnarut\u061C, lihat";
  fields["nama_pemohon"] = "محمد";
  const Rendered rendered = render(shipped_texts(), "dikembalikan", fields);
  EXPECT_NE(rendered.body.find("pemilik gnarut , lihat"), std::string::npos) << rendered.body;
  EXPECT_EQ(rendered.body.find("\u202E"), std::string::npos);
  EXPECT_NE(rendered.body.find("\u2068محمد\u2069"), std::string::npos) << rendered.body;
  // Also where it is cut short.
  std::string reason;
  for (int i = 0; i < 2000; ++i) reason += "م";
  fields["alasan"] = reason;
  const std::string body = render(shipped_texts(), "dikembalikan", fields).body;
  EXPECT_LE(characters(body), kMaxBodyCharacters);
  EXPECT_NE(body.find("…\u2069"), std::string::npos) << body;
}

TEST(Text, TheLongestFreeValueIsShortenedAndLinksStayWhole) {
  auto fields = sample_fields();
  for (const std::size_t length : {900u, 1024u, 5000u, 100000u}) {
    std::string reason;
    for (std::size_t i = 0; i < length; ++i) reason += "é";
    fields["alasan"] = reason;
    const Rendered rendered = render(shipped_texts(), "dikembalikan", fields);
    EXPECT_LE(characters(rendered.body), kMaxBodyCharacters);
    EXPECT_NE(rendered.body.find(fields["tautan"]), std::string::npos);
    EXPECT_NE(rendered.body.find("é…. Mohon"), std::string::npos);
  }
  EXPECT_EQ(characters(render(shipped_texts(), "dikembalikan", fields).body), kMaxBodyCharacters);
}

TEST(Text, SeveralLongValuesAreShortenedUntilAllFit) {
  auto fields = sample_fields();
  for (const char* name :
       {"alasan", "perihal", "judul_izin", "nama_pemohon", "cara_keberatan", "instansi"}) {
    fields[name] = std::string(3000, 'x');
  }
  EXPECT_LE(characters(render(shipped_texts(), "ditolak", fields).body), kMaxBodyCharacters);
}

TEST(Text, ASentenceWhoseFieldIsEmptyIsLeftOut) {
  auto fields = sample_fields();
  EXPECT_EQ(render(shipped_texts(), "terbit", fields).template_name, "tenggat_terbit_bukti_v2");
  fields["tautan_bukti"] = "";
  EXPECT_EQ(render(shipped_texts(), "terbit", fields).template_name, "tenggat_terbit_v2");
  fields["tautan_skm"] = "";
  const Rendered terbit = render(shipped_texts(), "terbit", fields);
  EXPECT_EQ(terbit.template_name, "tenggat_terbit_tanpa_skm_v2");
  EXPECT_EQ(terbit.body.find("Survei"), std::string::npos) << terbit.body;
  EXPECT_EQ(terbit.parameters.size(), 6u);
  fields["cara_keberatan"] = "";
  const Rendered refusal = render(shipped_texts(), "ditolak", fields);
  EXPECT_EQ(refusal.template_name, "tenggat_ditolak_tanpa_keberatan_v2");
  EXPECT_EQ(refusal.body.find("eberatan"), std::string::npos) << refusal.body;
  fields["segel"] = "";
  const Rendered recap = render(shipped_texts(), "rekap_harian", fields);
  EXPECT_EQ(recap.template_name, "tenggat_rekap_harian");
  EXPECT_EQ(recap.body.find("egel"), std::string::npos) << recap.body;
}

// Both sentences of a text, each by itself, and the words that approved templates had before.
TEST(Text, TwoSentencesAreLeftOutByThemselvesAndTogether) {
  struct Case {
    const char *survey, *receipt, *template_name;
  };
  for (const Case& one :
       {Case{"https://a.example/skm", "https://a.example/cek/A", "tenggat_terbit_bukti_v2"},
        Case{"", "https://a.example/cek/A", "tenggat_terbit_bukti_tanpa_skm_v2"},
        Case{"https://a.example/skm", "", "tenggat_terbit_v2"},
        Case{"", "", "tenggat_terbit_tanpa_skm_v2"}}) {
    auto fields = sample_fields();
    fields["tautan_skm"] = one.survey;
    fields["tautan_bukti"] = one.receipt;
    const Rendered terbit = render(shipped_texts(), "terbit", fields);
    EXPECT_EQ(terbit.template_name, one.template_name);
    for (const std::string& link : {fields["tautan_skm"], fields["tautan_bukti"]})
      EXPECT_NE(terbit.body.find(link), std::string::npos) << terbit.body;
    EXPECT_EQ(terbit.body.find("Survei") == std::string::npos, fields["tautan_skm"].empty());
    EXPECT_EQ(terbit.body.find("keaslian") == std::string::npos, fields["tautan_bukti"].empty());
  }
}

TEST(Text, ATextWhoseFieldMayBeEmptyNeedsAnotherForThen) {
  const auto fault = [](const std::string& from, const std::string& to) {
    SourceFile file = shipped_texts_file();
    const auto at = file.text.find(from);
    if (at == std::string::npos) return "no " + from;
    file.text.replace(at, from.size(), to);
    const auto loaded = load_texts(file);
    return loaded ? std::string() : loaded.error().front().message;
  };
  const std::string pair = "    pengganti: {teks: terbit, bila_kosong: tautan_skm}\n";
  const std::string second = "    pengganti: {teks: terbit_tanpa_skm, bila_kosong: tautan_bukti}\n";
  EXPECT_NE(
      fault(second, "").find("the text terbit_tanpa_skm needs another without {tautan_bukti}"),
      std::string::npos);
  EXPECT_NE(fault(pair, "").find("the text terbit needs another without {tautan_skm}"),
            std::string::npos);
  for (const char* wrong :
       {"{teks: ralat, bila_kosong: tautan_skm}", "{teks: terbit, bila_kosong: nomor}"})
    EXPECT_NE(fault(pair, std::string("    pengganti: ") + wrong + "\n"), "") << wrong;
  EXPECT_NE(fault("unduh melalui {tautan} – pesan resmi {instansi}.\n\n  - id: ralat",
                  "unduh melalui {tautan} dan {tautan_bukti} ya.\n\n  - id: ralat"),
            "");
}

TEST(Text, AListFitsOneField) {
  EXPECT_EQ(list_of_five({}), "");
  EXPECT_EQ(list_of_five({"a", "b"}), "a; b");
  EXPECT_EQ(list_of_five({"1", "2", "3", "4", "5", "6", "7"}), "1; 2; 3; 4; 5; dan 2 lainnya");
}

}  // namespace
}  // namespace tenggat::notify
