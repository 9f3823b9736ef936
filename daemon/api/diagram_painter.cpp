// The flow: shapes, arrows, and the connectors to other pages.
#include "daemon/api/diagram_painter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/api/diagram_words.h"

namespace tenggat {
namespace {

namespace words = diagram_words;
using Anchor = Canvas::Anchor;

constexpr int kBoxWidth = 27, kBoxHeight = 15, kDiamondWidth = 29, kDiamondHeight = 17;
constexpr int kLabelRoom = 34;
constexpr int kArrival = 7;  // below a shape's middle, where returns come in

// Dashed where other branches end by it, dotted where the office's text has it not.
std::string_view style_of(const Way& way) {
  if (way.cancels) return "p c";
  return way.beyond ? "p b" : "p";
}

}  // namespace

std::string DiagramPainter::body() {
  if (at_.first_page > 0) identity_page();
  for (int page = 0; page < at_.pages; ++page) page_head(page);
  for (std::size_t i = 0; i < at_.rows.size(); ++i) row(i);
  foot();
  edges();
  for (std::size_t i = 0; i < at_.rows.size(); ++i) bars(i);
  for (const Stub& one : at_.stubs) stub(one);
  for (std::size_t i = 0; i < at_.rows.size(); ++i) shape(i);
  return canvas_.take();
}

void DiagramPainter::Span::take(int x) {
  if (from == 0 && to == 0) from = to = x;
  from = std::min(from, x);
  to = std::max(to, x);
}

int DiagramPainter::half_height(std::size_t step) const {
  return at_.plans[step].shape == StepPlan::Shape::diamond ? kDiamondHeight : kBoxHeight;
}

int DiagramPainter::half_width(std::size_t step, int off_middle) const {
  if (at_.plans[step].shape != StepPlan::Shape::diamond) return kBoxWidth;
  return kDiamondWidth * (kDiamondHeight - std::abs(off_middle)) / kDiamondHeight;
}

void DiagramPainter::edges() {
  for (const Edge& edge : at_.edges)
    if (edge.backward)
      backward(edge);
    else
      forward(edge);
}

// Out below, in above; past other rows in the lane.
void DiagramPainter::forward(const Edge& edge) {
  const int from = x(edge.from), to = x(edge.to), out = fork_y(edge.from), in = join_y(edge.to);
  const int start = y(edge.from) + half_height(edge.from);
  const int end = y(edge.to) - half_height(edge.to);
  const bool joins = sop_.steps[edge.to].joins;
  const int along = edge.adjacent ? (edge.way.forks ? to : from) : at_.lane_x(edge);
  std::string d = fmt::format("M{} {}", from, start);
  if (along != from) d += fmt::format("V{}H{}", out, along);
  d += fmt::format("V{}", in);
  if (along != to && !joins) d += fmt::format("H{}", to);
  if (!joins) d += fmt::format("V{}", end);
  canvas_.path(style_of(edge.way), d, !joins);
  if (edge.way.forks) forks_[edge.from].take(along);
  if (joins) joins_[edge.to].take(along);
  if (edge.way.forks)
    label(from - 8, start + 6, edge.way.label, Anchor::end);
  else if (edge.adjacent)
    label(from + 5, start + 9, edge.way.label, Anchor::start);
  else
    label(along > from ? along + 4 : along - 4, out + 9, edge.way.label,
          along > from ? Anchor::start : Anchor::end);
}

// Out at a side, in at a side.
void DiagramPainter::backward(const Edge& edge) {
  const int lane = at_.lane_x(edge), from = x(edge.from), to = x(edge.to);
  const int out = y(edge.from) - (edge.from == edge.to ? kArrival : 0);
  const int in = y(edge.to) + kArrival;
  const bool left = lane<from, arrives_right = lane> to;
  const int side = half_width(edge.from, out - y(edge.from));
  const int start = left ? from - side : from + side;
  const int end =
      arrives_right ? to + half_width(edge.to, kArrival) : to - half_width(edge.to, kArrival);
  const bool joins_another =
      std::any_of(at_.edges.begin(), at_.edges.end(), [&](const Edge& other) {
        return other.backward && other.to == edge.to && other.from > edge.from &&
               at_.lane_x(other) == lane && style_of(other.way) == style_of(edge.way);
      });
  std::string d = fmt::format("M{} {}H{}", start, out, lane);
  if (!joins_another) d += fmt::format("V{}H{}", in, end);
  canvas_.path(style_of(edge.way), d, !joins_another);
  // Beyond the lane, where there is no room before it.
  const int at = std::abs(start - lane) < kLabelRoom ? lane : start;
  label(left ? at - 4 : at + 4, out - 4, edge.way.label, left ? Anchor::end : Anchor::start);
}

// What opens several at once, and what waits for them.
void DiagramPainter::bars(std::size_t step) {
  if (const auto fork = forks_.find(step); fork != forks_.end()) {
    fork->second.take(x(step));
    canvas_.path("s",
                 fmt::format("M{} {}H{}", fork->second.from - 5, fork_y(step), fork->second.to + 5),
                 false);
  }
  if (!sop_.steps[step].joins) return;
  const int middle = x(step);
  Span& bar = joins_[step];
  bar.take(middle);
  canvas_.path("s", fmt::format("M{} {}H{}", bar.from - 8, join_y(step), bar.to + 8), false);
  canvas_.path("p", fmt::format("M{} {}V{}", middle, join_y(step), y(step) - half_height(step)),
               true);
}

void DiagramPainter::stub(const Stub& stub) {
  const bool beside = stub.at == Stub::At::left || stub.at == Stub::At::right;
  const bool in = stub.kind == Stub::Kind::in;
  const RowPlace& row = at_.rows[stub.step];
  int level = stub.at == Stub::At::below ? row.bottom() - 14 : row.top + 14;
  if (beside) level = y(stub.step) + (in ? kArrival : 0);
  if (beside)
    stub_beside(stub, level);
  else if (stub.at == Stub::At::below)
    stub_below(stub, level);
  else
    stub_above(stub, level);
  if (stub.kind == Stub::Kind::end)
    canvas_.capsule(at_.columns[stub.column].middle(), level, stub.text);
  else
    canvas_.pentagon(at_.columns[stub.column].middle(), level, stub.text);
}

void DiagramPainter::stub_beside(const Stub& stub, int level) {
  const int there = at_.columns[stub.column].middle(), here = x(stub.step);
  const int towards = there > here ? 1 : -1;
  const int room = stub.kind == Stub::Kind::end ? Canvas::kCapsule : Canvas::half_of(stub.text);
  const int edge = there - towards * room;
  const int side = here + towards * half_width(stub.step, level - y(stub.step));
  const bool in = stub.kind == Stub::Kind::in;
  canvas_.path(style_of(stub.way),
               in ? fmt::format("M{} {}H{}", edge, level, side)
                  : fmt::format("M{} {}H{}", side, level, edge),
               true);
  if (!in)
    label(side + 4 * towards, level - 4, stub.way.side, towards > 0 ? Anchor::start : Anchor::end);
}

void DiagramPainter::stub_below(const Stub& stub, int level) {
  const int there = at_.columns[stub.column].middle(), here = x(stub.step);
  const int start = y(stub.step) + half_height(stub.step), turn = fork_y(stub.step);
  std::string d = fmt::format("M{} {}", here, start);
  if (there != here) d += fmt::format("V{}H{}", turn, there);
  canvas_.path(style_of(stub.way), d + fmt::format("V{}", level - 11), true);
  if (there == here)
    label(here + 5, start + 13, stub.way.side, Anchor::start);
  else
    label(there + (there > here ? 5 : -5), turn + 11, stub.way.side,
          there > here ? Anchor::start : Anchor::end);
}

void DiagramPainter::stub_above(const Stub& stub, int level) {
  const int there = at_.columns[stub.column].middle(), here = x(stub.step);
  const bool joins = sop_.steps[stub.step].joins;
  const int end = joins ? join_y(stub.step) : y(stub.step) - half_height(stub.step);
  const int edge = there + (there > here ? -1 : 1) * Canvas::half_of(stub.text);
  canvas_.path(style_of(stub.way),
               there == here ? fmt::format("M{} {}V{}", here, level + 10, end)
                             : fmt::format("M{} {}H{}V{}", edge, level, here, end),
               !joins);
}

void DiagramPainter::shape(std::size_t step) {
  using Shape = StepPlan::Shape;
  const int x = this->x(step), y = this->y(step);
  const Shape shape = at_.plans[step].shape;
  const bool round = shape == Shape::start || shape == Shape::end;
  canvas_.begin("bentuk", sop_.steps[step].id + ' ' + sop_.steps[step].role);
  if (shape == Shape::diamond)
    canvas_.diamond(x, y, kDiamondWidth, kDiamondHeight);
  else
    canvas_.box("k", x - kBoxWidth, y - kBoxHeight, 2 * kBoxWidth, 2 * kBoxHeight,
                round ? kBoxHeight : 0);
  if (round)
    canvas_.text("t", x, y + 4, shape == Shape::start ? words::kStart : words::kEnd,
                 Anchor::middle);
  canvas_.end();
}

void DiagramPainter::label(int x, int y, const std::string& text, Anchor anchor) {
  if (!text.empty()) canvas_.text("a", x, y, text, anchor);
}

}  // namespace tenggat
