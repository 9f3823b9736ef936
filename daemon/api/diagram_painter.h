// Paints what the layout has placed.
#pragma once
#include <string>

#include "daemon/api/diagram_canvas.h"
#include "daemon/api/diagram_layout.h"

namespace tenggat {

class DiagramPainter {
 public:
  explicit DiagramPainter(const DiagramLayout& layout) : at_(layout), sop_(layout.sop) {}

  std::string body();

 private:
  // The table.
  void identity_page();
  int identity_box(int left, int top, int width, int height, std::string_view head,
                   const std::vector<std::string>& items);
  void page_head(int page);
  void group(std::string_view head, std::size_t from, std::size_t to, int top);
  void row(std::size_t step);
  void foot();
  void legend(int top);

  // The flow.
  void edges();
  void forward(const Edge& edge);
  void backward(const Edge& edge);
  void bars(std::size_t step);
  void stub(const Stub& stub);
  void stub_beside(const Stub& stub, int level);
  void stub_below(const Stub& stub, int level);
  void stub_above(const Stub& stub, int level);
  void shape(std::size_t step);
  void label(int x, int y, const std::string& text, Canvas::Anchor anchor);

  int x(std::size_t step) const { return at_.x_of(step); }
  int y(std::size_t step) const { return at_.rows[step].middle(); }
  int half_height(std::size_t step) const;
  int half_width(std::size_t step, int off_middle) const;
  int fork_y(std::size_t step) const { return at_.rows[step].bottom() - 6 - at_.rows[step].below; }
  int join_y(std::size_t step) const { return at_.rows[step].top + 6 + at_.rows[step].above; }
  int last_row_bottom() const { return at_.rows.back().bottom(); }

  struct Span {
    int from = 0, to = 0;
    void take(int x);
  };
  const DiagramLayout& at_;
  const Sop& sop_;
  Canvas canvas_;
  std::map<std::size_t, Span> forks_, joins_;  // bars, by step
};

}  // namespace tenggat
