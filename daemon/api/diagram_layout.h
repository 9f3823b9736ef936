// Where everything of a diagram stands: columns, rows on pages, the lanes that arrows take between
// the columns, and the connectors to other pages.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/api/diagram_plan.h"

namespace tenggat {

struct Column {
  std::string head;
  int left = 0, width = 0;
  int middle() const { return left + width / 2; }
  int right() const { return left + width; }
};

// An arrow between steps of one page.
struct Edge {
  std::size_t from = 0, to = 0;
  Way way;
  bool adjacent = false;  // to the next row: straight, without a lane
  bool backward = false;
  std::size_t boundary = 0;  // the lane lies at the right side of this column
  int lane = 0;
};

// Beside or below a shape: an end, or what another page goes on with.
struct Stub {
  enum class Kind { end, out, in } kind = Kind::end;
  enum class At { left, right, below, above } at = At::right;
  std::size_t step = 0;
  std::string text;
  Way way;
  std::size_t column = 0;  // in which it stands
  std::vector<int> steps;  // of the other page
};

struct RowPlace {
  int page = 0, top = 0, height = 0;
  int above = 0, below = 0;  // for stubs
  int reserved = 0;          // the most that they needed so far
  int room = 0;              // what it is counted with when pages are broken
  int bottom() const { return top + height; }
  int middle() const { return top + above + (height - above - below) / 2; }
};

class DiagramLayout {
 public:
  static constexpr int kMargin = 16, kTitle = 34, kHeader = 22, kFoot = 24, kLegend = 56;
  // Of F4, 330 mm by 215 mm, lying.
  static constexpr int kPaperWidth = 330, kPaperHeight = 215;

  explicit DiagramLayout(const Sop& of);

  // Of a row, in the order of the columns; those of the actors are empty.
  std::vector<std::string> texts_of(std::size_t step) const;
  std::size_t column_of(std::size_t step) const { return role_column_.at(sop.steps[step].role); }
  int x_of(std::size_t step) const { return columns[column_of(step)].middle(); }
  int lane_x(const Edge& edge) const;
  int head_height() const { return 2 * kHeader + (head_lines_ - 1) * 14 + 8; }

  const Sop& sop;
  std::vector<StepPlan> plans;
  std::vector<Column> columns;
  std::size_t first_role = 0, first_standard = 0, remarks = 0;
  std::vector<RowPlace> rows;
  std::vector<Edge> edges;
  std::vector<Stub> stubs;
  int pages = 1, first_page = 0;  // the identity page comes before
  int page_width = 0, page_height = 0;
  bool connects_pages = false;

 private:
  void name_columns();
  void place_columns();
  void measure_rows();
  bool reserve();  // false: some needed more than before
  void break_pages();
  void connect();
  void place_stub(Stub stub);
  void take_lanes();
  void place_rows();
  int room_on_page() const;

  std::map<std::string, std::size_t> role_column_;
  std::map<std::size_t, std::set<Stub::At>> taken_;  // sides of a step
  std::map<std::size_t, int> lanes_;                 // how many, by boundary
  int head_lines_ = 1;
};

}  // namespace tenggat
