// What a diagram of an SOP says of its own, in the words of PermenPANRB 35/2012.
#pragma once
#include <string_view>

namespace tenggat::diagram_words {

inline constexpr std::string_view kNumber = "No.", kActivity = "Kegiatan", kActors = "Pelaksana",
                                  kStandard = "Mutu Baku", kNeeds = "Kelengkapan", kTime = "Waktu",
                                  kOutput = "Output", kRemarks = "Keterangan";
inline constexpr std::string_view kHeading = "STANDAR OPERASIONAL PROSEDUR";
inline constexpr std::string_view kContinued = "{} (lanjutan)", kPage = "Halaman {} dari {}";
inline constexpr std::string_view kTotal = "Jumlah waktu keseluruhan", kService = "Waktu layanan";
inline constexpr std::string_view kOfService = "{} (layanan {})";

// The identity page.
inline constexpr std::string_view kSopNumber = "Nomor SOP", kCreated = "Tanggal pembuatan",
                                  kRevised = "Tanggal revisi", kEffective = "Tanggal efektif",
                                  kApprovedBy = "Disahkan oleh", kName = "Nama SOP",
                                  kLaw = "Dasar hukum", kQualifications = "Kualifikasi pelaksana",
                                  kRelated = "Keterkaitan", kEquipment = "Peralatan/perlengkapan",
                                  kWarnings = "Peringatan", kRecords = "Pencatatan dan pendataan";

// On shapes and arrows.
inline constexpr std::string_view kYes = "Ya", kNo = "Tidak", kTo = "ke {}", kYesTo = "Ya, ke {}",
                                  kNoTo = "Tidak, ke {}";
inline constexpr std::string_view kStart = "Mulai", kEnd = "Selesai", kRejected = "Ditolak",
                                  kLapsed = "Gugur", kWithdrawn = "Ditarik";

// Among the remarks, after the file's own.
inline constexpr std::string_view kForks = "Dibuka bersamaan: langkah {}.";
inline constexpr std::string_view kChooses = "Dipilih petugas, satu atau lebih: langkah {}.";
inline constexpr std::string_view kOnlyIf = "Langkah {} hanya bila {}.";
inline constexpr std::string_view kJoins = "Dimulai setelah semua cabang yang dibuka selesai.";
inline constexpr std::string_view kWay = "{}: ke langkah {}.",
                                  kWayIf = "{} (bila {}): ke langkah {}.";
inline constexpr std::string_view kShifts =
    "Batas yang jatuh pada hari libur bergeser ke hari kerja berikutnya.";
inline constexpr std::string_view kLapsesAfter = "Gugur dengan sendirinya setelah {}.";
inline constexpr std::string_view kStopsCase = "Waktu layanan berhenti selama langkah ini.";
inline constexpr std::string_view kAnd = " dan ", kOr = " atau ";

// Of conditions.
inline constexpr std::string_view kEqual = "{} sama dengan {}", kDiffers = "{} bukan {}",
                                  kMore = "{} lebih dari {}", kAtLeast = "{} paling sedikit {}",
                                  kLess = "{} kurang dari {}", kAtMost = "{} paling banyak {}",
                                  kOneOf = "{} salah satu dari {}", kPresent = "{} diisi",
                                  kAbsent = "{} tidak diisi", kIsTrue = "{}: ya",
                                  kIsFalse = "{}: tidak";
inline constexpr std::string_view kOutcome = "hasil", kGranted = "dikabulkan", kRefused = "ditolak";

// The legend.
inline constexpr std::string_view kLegend = "Keterangan simbol";
inline constexpr std::string_view kTerminator = "mulai dan akhir", kProcess = "kegiatan",
                                  kDecision = "keputusan", kArrow = "alur",
                                  kConnector = "sambungan halaman",
                                  kBar = "cabang dibuka atau digabung",
                                  kCancels = "membatalkan cabang lain",
                                  kBeyond = "di luar naskah SOP";

}  // namespace tenggat::diagram_words
