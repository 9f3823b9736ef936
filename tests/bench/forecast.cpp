// Is the forecast better than the share of late ones? On logs of real offices:
//
//   forecast FILE [PYTHON]
//
// FILE, also as .xz, is a table of events with a heading: building permits (case, municipality,
// case_start, case_end, activity, at, resource, procedure, parts; late is over 56 days) or a
// receiving phase (case, start, deadline, end, activity, at, resource; late is an end after the
// deadline). Each municipality is an office by itself: it learns from its own files.
//
// Tests are the files opened after the 60 % quantile of openings whose due the log reaches.
// Forecasts are made at 25, 50 and 75 % of the standard for those open then. The model is made anew
// every 61 days of what was known by then. Printed is the Brier skill beside the rolling share of
// late ones among files still open at that age (365 days); the area under the curve within offices,
// since between them it flatters; expected calibration error in ten bins; bias. Files of the
// extended procedure, which has a due of its own, are in it and known as such; also printed is what
// is left without them. Beside it: that share of 90 days, a Monte Carlo of finished files, and
// scikit-learn's HistGradientBoosting on the same rows where PYTHON has it (PyPI: scikit-learn).
#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "forecast_files.h"
#include "rules/forecast/forecast.h"

namespace {

using namespace tenggat;
using namespace tenggat::forecast;

constexpr double kAges[] = {.25, .5, .75};
constexpr int kBefore = 5;  // models before the first that is tested: the record of the first
const std::vector<std::string> kWays = {"tenggat", "hazards",  "ridge",
                                        "90 days", "finished", "HGB"};

struct Told {
  std::size_t office = 0;
  double share = 0, base = 0;
  bool late = false, regular = true;
  std::map<std::string, double> by;
};

// What a look at closed files alone would say: their stays drawn one after the other.
class FinishedOnly {
 public:
  FinishedOnly(const Office& office, Seconds known, Seconds window, Seconds unit)
      : office_(office), unit_(unit), stays_(office.steps.group.size() + 1) {
    for (const File& file : office.files) {
      if (!file.ended || *file.ended > known || *file.ended <= known - window) continue;
      const auto all = stays(file, office.steps, known, unit);
      for (std::size_t i = 0; i < all.size(); ++i) {
        const bool last = i + 1 == all.size();
        const Drawn drawn{(last ? *file.ended : all[i + 1].from) - all[i].from,
                          last ? -1 : all[i + 1].step};
        stays_[static_cast<std::size_t>(all[i].step)].push_back(drawn);
        any_.push_back(drawn);
      }
    }
  }
  double late(const File& file, Seconds t, std::mt19937_64& random) const {
    constexpr int kPaths = 200;
    const Stay now = stays(file, office_.steps, t, unit_).back();
    int late = 0;
    for (int path = 0; path < kPaths; ++path) {
      int step = now.step;
      Seconds at = now.from, age = t - now.from;
      for (int hops = 0; step >= 0 && at <= file.due && hops < 300; ++hops, age = Seconds{0}) {
        const Drawn drawn = draw(stays_[static_cast<std::size_t>(step)], age, random);
        at += drawn.time, step = drawn.next;
      }
      late += at > file.due ? 1 : 0;
    }
    return static_cast<double>(late) / kPaths;
  }

 private:
  struct Drawn {
    Seconds time{};
    int next = -1;
  };
  Drawn draw(const std::vector<Drawn>& of, Seconds age, std::mt19937_64& random) const {
    for (const auto* from : {&of, &any_}) {
      std::vector<Drawn> longer;
      for (const Drawn& d : *from)
        if (d.time > age || age == Seconds{0}) longer.push_back(d);
      if (!longer.empty())
        return longer[std::uniform_int_distribution<std::size_t>(0, longer.size() - 1)(random)];
    }
    return {age + unit_, -1};
  }
  const Office& office_;
  const Seconds unit_;
  std::vector<std::vector<Drawn>> stays_;
  std::vector<Drawn> any_;
};

void write_rows(std::ostream& out, std::size_t fit, const std::vector<Row>& rows,
                const std::vector<double>* late, const std::vector<double>* weights) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out << fit << '\t' << (late ? "learn" : "tell") << '\t' << (late ? (*late)[i] : 0) << '\t'
        << (weights ? (*weights)[i] : 0);
    for (double x : rows[i]) out << '\t' << x;
    out << '\n';
  }
}

void judge(const Office& office, std::size_t number, std::size_t& fits, std::vector<Told>& told,
           std::ostream& rows) {
  const Spans spans;
  const Seconds refit = spans.days(spans.refit_days);
  std::vector<Seconds> openings;
  Seconds end{};
  for (const File& file : office.files)
    openings.push_back(file.opened), end = std::max(end, *file.ended);
  const double place = .6 * static_cast<double>(openings.size() - 1);
  const Seconds low = openings[static_cast<std::size_t>(place)],
                high = openings[std::min(openings.size() - 1, static_cast<std::size_t>(place) + 1)];
  const Seconds first = low + Seconds{std::llround((place - std::floor(place)) *
                                                   static_cast<double>((high - low).count()))};
  std::vector<Said> record;
  std::mt19937_64 random(20261201);
  for (Seconds known = first - kBefore * refit; known < end; known += refit) {
    const Model model(office.files, office.steps, known, spans);
    if (!model.knows_enough()) continue;
    const Correction correction(record, known, spans);
    const auto said = say(model, correction, office.files, {known, known + refit, end});
    record.insert(record.end(), said.begin(), said.end());
    if (known < first) continue;
    const FinishedOnly finished(office, known, spans.days(spans.hazards_days),
                                model.hazards().unit());
    std::vector<Row> asked;
    for (const File& file : office.files)
      for (double share : kAges) {
        const Seconds t =
            file.opened +
            Seconds{std::llround(share * static_cast<double>(file.standard().count()))};
        if (file.opened <= first || t < known || t >= known + refit || !file.is_open_at(t) ||
            file.due > end)
          continue;
        Told one{number, share, model.base(share), file.is_late(), file.family == 0, {}};
        one.by["tenggat"] = correction.issue(model.chance(file, t), one.base, share);
        one.by["hazards"] = model.by_hazards(file, t);
        one.by["ridge"] = model.by_regression(file, t);
        one.by["90 days"] = model.base_recent(share);
        one.by["finished"] = finished.late(file, t, random);
        told.push_back(one);
        asked.push_back(model.landmarks().row(file, t));
      }
    if (asked.empty()) continue;
    write_rows(rows, fits, model.lesson().rows, &model.lesson().late, &model.lesson().weights);
    write_rows(rows, fits++, asked, nullptr, nullptr);
  }
}

double area(const std::vector<const Told*>& of, const std::string& way) {
  double above = 0, pairs = 0;
  for (const Told* late : of)
    for (const Told* timely : of)
      if (late->late && !timely->late && late->office == timely->office) {
        const double a = way.empty() ? late->base : late->by.at(way),
                     b = way.empty() ? timely->base : timely->by.at(way);
        ++pairs, above += a > b ? 1 : a == b ? .5 : 0;
      }
  return pairs > 0 ? above / pairs : std::nan("");
}

struct Score {
  double brier = 0, skill = 0, area = 0, calibration = 0, bias = 0;
};
Score score(const std::vector<const Told*>& of, const std::string& way) {
  Score out;
  double base = 0, bins[10] = {};
  const auto n = static_cast<double>(of.size());
  std::map<std::size_t, std::vector<const Told*>> offices;
  for (const Told* one : of) {
    const double p = one->by.at(way), y = one->late ? 1 : 0;
    out.brier += (p - y) * (p - y) / n, base += (one->base - y) * (one->base - y) / n,
        out.bias += (p - y) / n;
    bins[std::clamp(static_cast<int>(p * 10), 0, 9)] += p - y;
    offices[one->office].push_back(one);
  }
  for (double bin : bins) out.calibration += std::abs(bin) / n;
  out.skill = 1 - out.brier / base;
  double files = 0;
  for (const auto& [office, its] : offices) {
    const double a = area(its, way);
    if (std::isnan(a)) continue;
    out.area += a * static_cast<double>(its.size()), files += static_cast<double>(its.size());
  }
  out.area /= files;
  return out;
}

void print(const std::string& name, const std::vector<Told>& all) {
  for (double share : kAges) {
    std::vector<const Told*> of;
    double late = 0;
    for (const Told& one : all)
      if (one.share == share) of.push_back(&one), late += one.late ? 1 : 0;
    if (of.empty()) continue;
    fmt::print("{}, at {:.0f} % of the standard: {} files, {:.0f} % late\n", name, share * 100,
               of.size(), 100 * late / static_cast<double>(of.size()));
    for (const std::string& way : kWays) {
      if (!of.front()->by.count(way)) continue;
      const Score s = score(of, way);
      fmt::print(
          "  {:9} skill {:+.3f}  area {:.3f}  calibration error {:.3f}  bias {:+.3f}  Brier "
          "{:.4f}\n",
          way, s.skill, s.area, s.calibration, s.bias, s.brier);
    }
  }
}

std::string contents(const std::string& path) {
  const bool packed = path.ends_with(".xz");
  const std::string command = "xzcat -- '" + path + "'";
  std::string text;
  if (!packed) {
    std::ifstream file(path);
    text.assign(std::istreambuf_iterator<char>(file), {});
  } else if (FILE* pipe = popen(command.c_str(), "r")) {
    char bytes[65536];
    for (std::size_t n; (n = fread(bytes, 1, sizeof bytes, pipe)) > 0;) text.append(bytes, n);
    pclose(pipe);
  }
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

// The peer reads the rows and writes a chance for each that is asked.
void ask_peer(const std::string& python, const std::string& rows, std::vector<Told>& told) {
  const std::string answers = rows + ".told";
  const std::string command =
      fmt::format("'{}' '{}' '{}' '{}'", python, TENGGAT_FORECAST_PEER, rows, answers);
  if (std::system(command.c_str()) != 0) {
    fmt::print("HistGradientBoosting is not beside it: {} did not answer\n", python);
    return;
  }
  std::ifstream in(answers);
  for (Told& one : told) in >> one.by["HGB"];
  if (!in) throw std::runtime_error("the peer told less than it was asked");
}

int run(const std::string& path, const std::string& python) {
  const auto begin = std::chrono::steady_clock::now();
  const Log log = read_log(contents(path));
  for (const std::string& what : log.left_out) fmt::print("left out: {}\n", what);
  std::vector<Told> told;
  const std::string rows =
      fmt::format("{}/tenggat-forecast-{}.tsv",
                  std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp", getpid());
  std::size_t fits = 0;
  {
    std::ofstream out(rows);
    for (std::size_t i = 0; i < log.offices.size(); ++i) judge(log.offices[i], i, fits, told, out);
  }
  fmt::print("{} models with their forecasts took {:.1f} s\n", fits,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  if (!python.empty()) ask_peer(python, rows, told);
  std::remove(rows.c_str());
  std::remove((rows + ".told").c_str());
  auto those = [&told](auto wanted) {
    std::vector<Told> some;
    std::copy_if(told.begin(), told.end(), std::back_inserter(some), wanted);
    return some;
  };
  for (std::size_t i = 0; i < log.offices.size() && log.offices.size() > 1; ++i)
    print("office " + log.offices[i].name, those([i](const Told& one) { return one.office == i; }));
  const auto regular = those([](const Told& one) { return one.regular; });
  if (regular.size() < told.size()) print("all but the extended procedure", regular);
  print("all", told);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || count > 3) {
    std::cerr << "usage: forecast FILE [PYTHON]\n";
    return 2;
  }
  try {
    return run(arguments[1], count > 2 ? arguments[2] : "");
  } catch (const std::exception& error) {
    std::cerr << arguments[1] << ": " << error.what() << '\n';
    return 1;
  }
}
