#include "daemon/api/sop_diagram.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace tenggat {
namespace {

// Pixels.
constexpr int kLine = 14, kPadding = 8, kHeader = 24, kTitle = 40;
constexpr int kShapeWidth = 56, kShapeHeight = 30, kLane = 6, kFirstLane = 12;
constexpr int kCharacterTenths = 65;  // of the 11 px face, on the wide side
constexpr int kRole = 96;

struct Column {
  std::string head;
  int left = 0, width = 0;
};

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

// Broken at spaces into lines that fit; a word that is too long is cut.
std::vector<std::string> lines_of(std::string_view text, int width) {
  const std::size_t fits =
      static_cast<std::size_t>(std::max(4, (width - kPadding) * 10 / kCharacterTenths));
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, std::min(space, fits));
    text.remove_prefix(word.size() == space && space < text.size() ? space + 1 : word.size());
    if (!line.empty() && line.size() + 1 + word.size() > fits)
      lines.push_back(std::exchange(line, ""));
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

// "data_elektronik" as the form would print it.
std::string printed(std::string_view kind) {
  std::string text(kind);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string outputs_of(const Step& step) {
  std::vector<std::string> names;
  for (const Output& output : step.outputs) names.push_back(printed(output.kind));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string needs_of(const Step& step) {
  std::vector<std::string> names;
  for (const std::string& need : step.needs) names.push_back(printed(need));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool sends_back(const Step& step) {
  return std::any_of(step.actions.begin(), step.actions.end(), [](const ActionRule& action) {
    return action.backward && !action.beyond_sop;
  });
}

class Drawing {
 public:
  explicit Drawing(const Sop& sop) : sop_(sop) {
    place_columns();
    place_rows();
  }

  std::string svg() {
    head();
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) row(i);
    foot();
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) arrows(i);
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) shape(i);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {0} {1}\" "
        "width=\"{0}\""
        " height=\"{1}\" aria-labelledby=\"judul isi\">"
        "<title id=\"judul\">SOP {2}</title><desc id=\"isi\">{3}</desc>"
        "<style>text{{font:11px "
        "system-ui,sans-serif;fill:#1a2430}}.j{{font-size:16px;font-weight:600}}"
        ".h{{font-weight:600;text-anchor:middle}}.t{{text-anchor:middle}}.g{{fill:none;stroke:#"
        "9aa7b4}}"
        ".k{{fill:#fff;stroke:#0b5d63;stroke-width:1.5}}.p{{fill:none;stroke:#0b5d63;stroke-width:"
        "1.3}}"
        ".b{{stroke-dasharray:4 3}}.l{{fill:#fff}}#m path{{fill:#0b5d63}}"
        "@media(prefers-color-scheme:dark){{text{{fill:#e6ebf0}}.l,.k{{fill:#12181f}}"
        ".g{{stroke:#4a5763}}.k,.p{{stroke:#6cc5cb}}#m path{{fill:#6cc5cb}}}}</style>"
        "<defs><marker id=\"m\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\""
        " markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>"
        "<rect class=\"l\" width=\"{0}\" height=\"{1}\"/>{4}</svg>\n",
        width_ + 1, height_ + 1, escaped(sop_.title), escaped(description()), body_);
  }

 private:
  void place_columns() {
    add_column("No.", 34);
    add_column("Kegiatan", 190);
    first_role_ = columns_.size();
    for (const Step& step : sop_.steps) {
      if (role_column_.contains(step.role)) continue;
      role_column_[step.role] = columns_.size();
      add_column(sop_.role(step.role).name, kRole);
    }
    first_standard_ = columns_.size();
    add_column("Kelengkapan", 140);
    add_column("Waktu", 70);
    add_column("Output", 140);
    remarks_ = columns_.size();
    add_column("Keterangan", 160);
  }
  void add_column(std::string head, int width) {
    columns_.push_back({std::move(head), width_, width});
    width_ += width;
  }
  void place_rows() {
    top_ = kTitle + 2 * kHeader + 8;
    height_ = top_;
    for (const Step& step : sop_.steps) {
      std::size_t lines = 3;
      for (const auto& [column, text] : cells_of(step))
        lines = std::max(lines, lines_of(text, columns_[column].width).size());
      const int row = static_cast<int>(lines) * kLine + 2 * kPadding;
      rows_.push_back({height_, row});
      height_ += row;
    }
    height_ += kHeader;
  }
  std::map<std::size_t, std::string> cells_of(const Step& step) const {
    return {{0, std::to_string(step.number)},
            {1, step.activity},
            {first_standard_, needs_of(step)},
            {first_standard_ + 1, budget_in_words(step.standard)},
            {first_standard_ + 2, outputs_of(step)},
            {remarks_, step.remarks}};
  }

  void head() {
    body_ += fmt::format("<text class=\"j\" x=\"8\" y=\"26\">SOP {}</text>", escaped(sop_.title));
    const int lower = kTitle + kHeader;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool grouped = (i >= first_role_ && i < remarks_);
      const Column& column = columns_[i];
      const int top = grouped ? lower : kTitle;
      cell(column.left, top, column.width, top_ - top);
      centred(column, (top + top_) / 2, column.head);
    }
    group("Pelaksana", first_role_, first_standard_);
    group("Mutu Baku", first_standard_, remarks_);
  }
  void group(const char* head, std::size_t from, std::size_t to) {
    const int left = columns_[from].left, right = columns_[to].left;
    cell(left, kTitle, right - left, kHeader);
    body_ += fmt::format("<text class=\"h\" x=\"{}\" y=\"{}\">{}</text>", (left + right) / 2,
                         kTitle + kHeader / 2 + 4, head);
  }
  void centred(const Column& column, int middle, const std::string& text) {
    const auto lines = lines_of(text, column.width);
    int y = middle - static_cast<int>(lines.size()) * kLine / 2 + 11;
    for (const std::string& line : lines) {
      body_ += fmt::format("<text class=\"h\" x=\"{}\" y=\"{}\">{}</text>",
                           column.left + column.width / 2, y, escaped(line));
      y += kLine;
    }
  }
  void cell(int left, int top, int width, int height) {
    body_ += fmt::format("<rect class=\"g\" x=\"{}.5\" y=\"{}.5\" width=\"{}\" height=\"{}\"/>",
                         left, top, width, height);
  }
  void row(std::size_t i) {
    const auto cells = cells_of(sop_.steps[i]);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      cell(columns_[c].left, rows_[i].top, columns_[c].width, rows_[i].height);
      const auto text = cells.find(c);
      if (text == cells.end()) continue;
      int y = rows_[i].top + kPadding + 11;
      for (const std::string& line : lines_of(text->second, columns_[c].width)) {
        body_ += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", columns_[c].left + 5, y,
                             escaped(line));
        y += kLine;
      }
    }
  }
  void foot() {
    const int top = height_ - kHeader;
    cell(0, top, width_, kHeader);
    body_ += fmt::format(
        "<text x=\"5\" y=\"{0}\">Jumlah waktu keseluruhan</text>"
        "<text x=\"{1}\" y=\"{0}\">{2} (layanan {3})</text>",
        top + kHeader / 2 + 4, columns_[first_standard_ + 1].left + 5, budget_in_words(sop_.total.value_or(Budget{})),
        budget_in_words(sop_.case_standard));
  }

  int x_of(std::size_t i) const {
    const Column& column = columns_[role_column_.at(sop_.steps[i].role)];
    return column.left + column.width / 2;
  }
  int y_of(std::size_t i) const { return rows_[i].top + rows_[i].height / 2; }

  void shape(std::size_t i) {
    const int x = x_of(i), y = y_of(i), w = kShapeWidth / 2, h = kShapeHeight / 2;
    if (sends_back(sop_.steps[i])) {
      body_ += fmt::format("<path class=\"k\" d=\"M{} {}l{} {}l-{} {}l-{} -{}z\"/>", x, y - h - 3,
                           w, h + 3, w, h + 3, w, h + 3);
    } else {
      const bool end = i == 0 || i + 1 == sop_.steps.size();
      body_ +=
          fmt::format("<rect class=\"k\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
                      x - w, y - h, kShapeWidth, kShapeHeight, end ? h : 2);
    }
  }

  std::size_t index_of(const std::string& step) const {
    const auto found = std::find_if(sop_.steps.begin(), sop_.steps.end(),
                                    [&](const Step& one) { return one.id == step; });
    return static_cast<std::size_t>(found - sop_.steps.begin());
  }
  void arrows(std::size_t i) {
    std::map<std::size_t, bool> targets;  // by step, and whether only beyond the office's text
    for (const ActionRule& action : sop_.steps[i].actions) {
      for (const Lead& lead : action.to) {
        const auto [known, first] = targets.try_emplace(index_of(lead.step), action.beyond_sop);
        if (!first) known->second = known->second && action.beyond_sop;
      }
    }
    const bool decides = sends_back(sop_.steps[i]);
    for (const auto& [target, beyond] : targets) {
      if (target > i)
        forward(i, target, beyond, decides);
      else
        backward(i, target, beyond, decides);
    }
  }
  void path(const std::string& d, bool beyond) {
    body_ +=
        fmt::format("<path class=\"p{}\" d=\"{}\" marker-end=\"url(#m)\"/>", beyond ? " b" : "", d);
  }
  void forward(std::size_t from, std::size_t to, bool beyond, bool decides) {
    const int bottom = y_of(from) + kShapeHeight / 2 + (decides ? 3 : 0);
    const int turn = rows_[to].top - 4;
    const int top = y_of(to) - kShapeHeight / 2 - (sends_back(sop_.steps[to]) ? 3 : 0);
    path(fmt::format("M{} {}V{}H{}V{}", x_of(from), bottom, turn, x_of(to), top), beyond);
    if (decides) label(x_of(from) + 6, turn - 4, "Ya");
  }
  // To the side of the target where it comes from, each arrow in a lane of its own.
  void backward(std::size_t from, std::size_t to, bool beyond, bool decides) {
    const bool from_right = x_of(from) > x_of(to);
    const int lane = kFirstLane + kLane * lanes_[{to, from_right}]++;
    const int x = from_right ? x_of(to) + lane : x_of(to) - lane;
    const int side = from_right ? x_of(from) - kShapeWidth / 2 : x_of(from) + kShapeWidth / 2;
    path(fmt::format("M{} {}H{}V{}", side, y_of(from), x, y_of(to) + kShapeHeight / 2), beyond);
    if (decides) label(from_right ? side - 34 : side + 6, y_of(from) - 4, "Tidak");
  }
  void label(int x, int y, const char* text) {
    body_ += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", x, y, text);
  }

  // For who hears the picture instead of seeing it.
  std::string description() const {
    std::string text;
    for (const Step& step : sop_.steps)
      text += fmt::format("{}. {}: {}, {}. ", step.number, sop_.role(step.role).name, step.activity,
                          budget_in_words(step.standard));
    return text;
  }

  struct Row {
    int top, height;
  };
  const Sop& sop_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
  std::map<std::string, std::size_t> role_column_;
  std::map<std::pair<std::size_t, bool>, int> lanes_;
  std::size_t first_role_ = 0, first_standard_ = 0, remarks_ = 0;
  int width_ = 0, height_ = 0, top_ = 0;
  std::string body_;
};

}  // namespace

std::string sop_diagram(const Sop& sop) { return Drawing(sop).svg(); }

std::string budget_in_words(const Budget& budget) {
  std::vector<std::string> parts;
  if (budget.days > 0) parts.push_back(fmt::format("{} hari", budget.days));
  if (budget.hours > 0) parts.push_back(fmt::format("{} jam", budget.hours));
  if (budget.minutes > 0) parts.push_back(fmt::format("{} menit", budget.minutes));
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace tenggat
