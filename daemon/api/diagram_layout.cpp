#include "daemon/api/diagram_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/diagram_canvas.h"
#include "daemon/api/diagram_words.h"
#include "daemon/api/sop_diagram.h"
#include "notifiers/words.h"

namespace tenggat {
namespace {

namespace words = diagram_words;

constexpr int kShapeZone = 58, kStubZone = 34, kLane = 7, kRoleRoom = 74;
constexpr int kLeastWidth = 1180;  // of the table

// What the form prints in that column, else what the document is called.
std::string names_of(const std::vector<std::string>& kinds, std::string DocumentName::*column,
                     const Sop& sop) {
  std::vector<std::string> names;
  for (const std::string& kind : kinds) {
    const DocumentName* found = sop.find_document(kind);
    names.push_back(found && !(found->*column).empty() ? found->*column
                                                       : notify::document_name(kind, sop));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// "5", "6–9, 12"; they come in their order.
std::string ranges_of(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[i]);
    if (last > i) text += fmt::format("{}{}", last > i + 1 ? "–" : ", ", numbers[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace

DiagramLayout::DiagramLayout(const Sop& of) : sop(of), plans(plan_of(of)) {
  first_page = sop.identity.has_page() ? 1 : 0;
  name_columns();
  rows.resize(sop.steps.size());
  place_columns();
  // What stands on which page decides about connectors, and these need room.
  // Room that was needed once is kept, so that this comes to an end.
  for (bool settled = false; !settled;) {
    measure_rows();
    break_pages();
    connect();
    take_lanes();
    place_columns();
    settled = reserve();
  }
  measure_rows();
  place_rows();
}

void DiagramLayout::name_columns() {
  columns.push_back({std::string(words::kNumber), 0, 34});
  columns.push_back({std::string(words::kActivity), 0, 194});
  first_role = columns.size();
  for (const Step& step : sop.steps) {
    if (role_column_.contains(step.role)) continue;
    role_column_[step.role] = columns.size();
    columns.push_back({sop.role(step.role).name, 0, 0});
  }
  first_standard = columns.size();
  columns.push_back({std::string(words::kNeeds), 0, 122});
  columns.push_back({std::string(words::kTime), 0, 66});
  columns.push_back({std::string(words::kOutput), 0, 150});
  remarks = columns.size();
  columns.push_back({std::string(words::kRemarks), 0, 172});
}

// Roles as wide as their lanes and names need; what is left over goes to the texts.
void DiagramLayout::place_columns() {
  int width = 0;
  head_lines_ = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns[i];
    if (i >= first_role && i < first_standard) {
      const int lanes = std::max(lanes_[i - 1], lanes_[i]);
      column.width = std::max(kRoleRoom + kLane * lanes, width_of_words(column.head));
      head_lines_ =
          std::max(head_lines_, static_cast<int>(lines_of(column.head, column.width).size()));
    }
    width += column.width;
  }
  const int spare = std::max(0, kLeastWidth - width);
  columns[1].width += spare / 2;
  columns[remarks].width += spare / 2;
  int left = kMargin;
  for (Column& column : columns) {
    column.left = left;
    left += column.width;
  }
  page_width = left + kMargin;
  page_height = page_width * kPaperHeight / kPaperWidth;
}

std::vector<std::string> DiagramLayout::texts_of(std::size_t i) const {
  const Step& step = sop.steps[i];
  std::vector<std::string> texts(columns.size());
  std::vector<std::string> outputs;
  for (const Output& output : step.outputs) outputs.push_back(output.kind);
  texts[0] = std::to_string(step.number);
  texts[1] = step.activity;
  texts[first_standard] = names_of(step.needs, &DocumentName::as_need, sop);
  texts[first_standard + 1] = budget_in_words(step.standard);
  texts[first_standard + 2] = names_of(outputs, &DocumentName::as_output, sop);
  texts[remarks] = step.remarks;
  return texts;
}

void DiagramLayout::measure_rows() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<std::string> texts = texts_of(i);
    std::size_t lines = 1;
    for (std::size_t c = 0; c < texts.size(); ++c) {
      std::size_t here = lines_of(texts[c], columns[c].width).size();
      if (c == remarks)
        for (const std::string& note : plans[i].notes)
          here += lines_of(note, columns[c].width).size();
      lines = std::max(lines, here);
    }
    RowPlace& row = rows[i];
    const int text = static_cast<int>(lines) * kLineHeight + 2 * kCellPadding;
    row.height = std::max(kShapeZone + row.above + row.below, text);
    row.room = std::max(row.height, kShapeZone + row.reserved);
  }
}

bool DiagramLayout::reserve() {
  bool settled = true;
  for (RowPlace& row : rows) {
    settled = settled && row.above + row.below <= row.reserved;
    row.reserved = std::max(row.reserved, row.above + row.below);
  }
  return settled;
}

int DiagramLayout::room_on_page() const {
  return page_height - 2 * kMargin - kTitle - head_height();
}

// As few pages as will do, filled alike; foot and legend stand on the last one.
void DiagramLayout::break_pages() {
  int total = 0;
  for (const RowPlace& row : rows) total += row.room;
  const int foot = kFoot + kLegend, room = room_on_page();
  const int wanted = std::max(1, (total + foot + room - 1) / room);
  const int share = std::min(room, (total + foot) / wanted + 40);
  int page = 0, used = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int needed = rows[i].room + (i + 1 == rows.size() ? foot : 0);
    if (used > 0 && (used + needed > room || (used + rows[i].room / 2 > share))) {
      ++page;
      used = 0;
    }
    rows[i].page = page;
    used += rows[i].room;
  }
  pages = page + 1;
}

void DiagramLayout::connect() {
  edges.clear();
  stubs.clear();
  taken_.clear();
  connects_pages = false;
  std::vector<Stub> later;
  for (RowPlace& row : rows) row.above = row.below = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const Way& way : plans[i].ways) {
      if (!way.step) {
        later.push_back({Stub::Kind::end, Stub::At::right, i, way.end, way, 0, {}});
        continue;
      }
      const std::size_t to = *way.step;
      const bool backward = to <= i;
      if (rows[to].page == rows[i].page) {
        const std::size_t column = column_of(to);
        const bool from_right = column_of(i) > column;
        Edge edge{i, to, way, to == i + 1, backward, 0, 0};
        edge.boundary = from_right || (column_of(i) == column && !backward) ? column : column - 1;
        if (backward) {
          const bool leaves_left = edge.boundary < column_of(i);
          taken_[i].insert(leaves_left ? Stub::At::left : Stub::At::right);
        } else {
          taken_[i].insert(Stub::At::below);
          taken_[to].insert(Stub::At::above);
        }
        edges.push_back(std::move(edge));
        continue;
      }
      connects_pages = true;
      const auto joined = [&](Stub::Kind kind, std::size_t step, std::size_t other, Stub::At at) {
        const auto same = std::find_if(later.begin(), later.end(), [&](const Stub& one) {
          return one.kind == kind && one.step == step && one.at == at &&
                 (kind == Stub::Kind::in ||
                  (one.way.side == way.side && one.way.forks == way.forks &&
                   one.way.cancels == way.cancels && one.way.beyond == way.beyond));
        });
        const int number = sop.steps[other].number;
        if (same == later.end())
          later.push_back({kind, at, step, "", way, 0, {number}});
        else
          same->steps.push_back(number);
      };
      joined(Stub::Kind::out, i, to, backward ? Stub::At::left : Stub::At::below);
      joined(Stub::Kind::in, to, i, backward ? Stub::At::right : Stub::At::above);
    }
  for (Stub& stub : later) {
    if (stub.kind != Stub::Kind::end) stub.text = ranges_of(stub.steps);
    place_stub(std::move(stub));
  }
}

// Where it would like to be, else on another side of its shape.
void DiagramLayout::place_stub(Stub stub) {
  const std::size_t own = column_of(stub.step);
  std::set<Stub::At>& taken = taken_[stub.step];
  const bool has_left = own > first_role, has_right = own + 1 < first_standard;
  const auto is_free = [&](Stub::At at) {
    if (at == Stub::At::left && !has_left) return false;
    if (at == Stub::At::right && !has_right) return false;
    return !taken.contains(at);
  };
  std::vector<Stub::At> wanted{stub.at, Stub::At::right, Stub::At::left, Stub::At::below};
  if (stub.kind == Stub::Kind::in) wanted.back() = Stub::At::above;
  const auto found = std::find_if(wanted.begin(), wanted.end(), is_free);
  stub.at = found == wanted.end() ? wanted.back() : *found;
  // Below and above it stands in the shape's own column, or beside where an arrow passes there.
  const bool crowded = taken.contains(stub.at);
  stub.column = own;
  if (stub.at == Stub::At::left || (crowded && !has_right)) stub.column = own - 1;
  if (stub.at == Stub::At::right || (crowded && has_right)) stub.column = own + 1;
  if (stub.at == Stub::At::below) rows[stub.step].below = kStubZone;
  if (stub.at == Stub::At::above) rows[stub.step].above = kStubZone;
  taken.insert(stub.at);
  stubs.push_back(std::move(stub));
}

// Arrows to one step share a lane; others that run beside each other have one each.
void DiagramLayout::take_lanes() {
  struct Taken {
    std::size_t first, last, to;
    int lane;
  };
  std::map<std::size_t, std::vector<Taken>> taken;
  lanes_.clear();
  for (Edge& edge : edges) {
    if (edge.adjacent) continue;
    std::vector<Taken>& here = taken[edge.boundary];
    const std::size_t first = std::min(edge.from, edge.to), last = std::max(edge.from, edge.to);
    const auto conflicts = [&](int lane) {
      return std::any_of(here.begin(), here.end(), [&](const Taken& one) {
        return one.lane == lane && one.to != edge.to && one.first <= last && first <= one.last;
      });
    };
    edge.lane = 0;
    while (conflicts(edge.lane)) ++edge.lane;
    here.push_back({first, last, edge.to, edge.lane});
    lanes_[edge.boundary] = std::max(lanes_[edge.boundary], edge.lane + 1);
  }
}

void DiagramLayout::place_rows() {
  int page = -1, y = 0;
  for (RowPlace& row : rows) {
    if (row.page != page) {
      page = row.page;
      y = (first_page + page) * page_height + kMargin + kTitle + head_height();
    }
    row.top = y;
    y += row.height;
  }
}

int DiagramLayout::lane_x(const Edge& edge) const {
  const int away = 4 + edge.lane / 2 * kLane;
  return columns[edge.boundary].right() + (edge.lane % 2 == 0 ? away : -away);
}

}  // namespace tenggat
