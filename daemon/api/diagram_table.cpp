// The form around the flow: identity page, heads, rows, foot and legend.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/diagram_painter.h"
#include "daemon/api/diagram_words.h"
#include "daemon/api/sop_diagram.h"
#include "notifiers/words.h"

namespace tenggat {
namespace {

namespace words = diagram_words;
using Anchor = Canvas::Anchor;

template <class... Arguments>
std::string filled(std::string_view pattern, const Arguments&... arguments) {
  return fmt::format(fmt::runtime(pattern), arguments...);
}

}  // namespace

// --- the identity page ---------------------------------------------------------------------------

void DiagramPainter::identity_page() {
  const Identity& identity = sop_.identity;
  constexpr int kRow = 30, kName = 130, kPageWidth = 960;
  const int left = DiagramLayout::kMargin, width = kPageWidth - 2 * left;
  const int half = width / 2;
  canvas_.begin("bagian", "identitas");
  canvas_.begin_enlarged(static_cast<double>(at_.page_width) / kPageWidth);
  const std::pair<std::string_view, std::string> rows[] = {
      {words::kSopNumber, identity.number},
      {words::kCreated, notify::date(identity.created)},
      {words::kRevised, notify::date(identity.revised)},
      {words::kEffective, notify::date(identity.effective)},
      {words::kApprovedBy, identity.approved_by},
      {words::kName, sop_.name_of_form()}};
  int top = DiagramLayout::kMargin;
  const int head_top = top;
  for (const auto& [name, value] : rows) {
    // Room for a signature and a seal.
    const int height = name == words::kApprovedBy ? 3 * kRow : kRow;
    canvas_.box("g", left + half, top, kName, height);
    canvas_.box("g", left + half + kName, top, width - half - kName, height);
    canvas_.paragraph("e", left + half, top + 4, kName, name);
    canvas_.paragraph("", left + half + kName, top + 4, width - half - kName, value);
    top += height;
  }
  canvas_.box("g", left, head_top, half, top - head_top);
  canvas_.text("j", left + half / 2, (head_top + top) / 2 - 6, words::kHeading, Anchor::middle);
  canvas_.centred("h", left, half, (head_top + top) / 2 + 16, sop_.name_of_form());
  const std::tuple<std::string_view, const std::vector<std::string>&, std::string_view,
                   const std::vector<std::string>&>
      boxes[] = {
          {words::kLaw, identity.legal_basis, words::kQualifications, identity.qualifications},
          {words::kRelated, identity.related, words::kEquipment, identity.equipment},
          {words::kWarnings, identity.warnings, words::kRecords, identity.records}};
  for (const auto& [left_head, left_items, right_head, right_items] : boxes) {
    const std::size_t most = std::max({left_items.size(), right_items.size(), std::size_t{1}});
    const int height = 26 + static_cast<int>(most) * 2 * kLineHeight;
    identity_box(left, top, half, height, left_head, left_items);
    top += identity_box(left + half, top, width - half, height, right_head, right_items);
  }
  canvas_.end();
  canvas_.end();
}

int DiagramPainter::identity_box(int left, int top, int width, int height, std::string_view head,
                                 const std::vector<std::string>& items) {
  canvas_.box("g", left, top, width, height);
  canvas_.paragraph("e", left, top, width, head);
  int y = top + 18;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string text = items.size() > 1 ? fmt::format("{}. {}", i + 1, items[i]) : items[i];
    canvas_.paragraph("", left, y, width, text);
    y += static_cast<int>(lines_of(text, width).size()) * kLineHeight;
  }
  return height;
}

// --- the table -----------------------------------------------------------------------------------

void DiagramPainter::page_head(int page) {
  const int page_top = (at_.first_page + page) * at_.page_height;
  const int top = page_top + DiagramLayout::kMargin + DiagramLayout::kTitle;
  const int bottom = top + at_.head_height(), lower = top + DiagramLayout::kHeader;
  const std::string title = "SOP " + sop_.name_of_form();
  canvas_.text("j", DiagramLayout::kMargin, top - 12,
               page == 0 ? title : filled(words::kContinued, title));
  const int all = at_.first_page + at_.pages;
  if (all > 1)
    canvas_.text("", at_.page_width - DiagramLayout::kMargin, top - 12,
                 filled(words::kPage, at_.first_page + page + 1, all), Anchor::end);
  for (std::size_t i = 0; i < at_.columns.size(); ++i) {
    const bool grouped = i >= at_.first_role && i < at_.remarks;
    const Column& column = at_.columns[i];
    canvas_.box("g f", column.left, grouped ? lower : top, column.width,
                bottom - (grouped ? lower : top));
    canvas_.centred("h", column.left, column.width, ((grouped ? lower : top) + bottom) / 2,
                    column.head);
  }
  group(words::kActors, at_.first_role, at_.first_standard, top);
  group(words::kStandard, at_.first_standard, at_.remarks, top);
}

void DiagramPainter::group(std::string_view head, std::size_t from, std::size_t to, int top) {
  const int left = at_.columns[from].left, width = at_.columns[to].left - left;
  canvas_.box("g f", left, top, width, DiagramLayout::kHeader);
  canvas_.centred("h", left, width, top + DiagramLayout::kHeader / 2, head);
}

void DiagramPainter::row(std::size_t i) {
  const std::vector<std::string> texts = at_.texts_of(i);
  const RowPlace& row = at_.rows[i];
  canvas_.begin("langkah", sop_.steps[i].id);
  for (std::size_t c = 0; c < at_.columns.size(); ++c) {
    const Column& column = at_.columns[c];
    canvas_.box("g", column.left, row.top, column.width, row.height);
    if (texts[c].empty() && (c != at_.remarks || at_.plans[i].notes.empty())) continue;
    canvas_.begin("kolom", column.head);
    canvas_.paragraph("", column.left, row.top, column.width, texts[c]);
    int y = row.top + static_cast<int>(lines_of(texts[c], column.width).size()) * kLineHeight;
    if (c == at_.remarks)
      for (const std::string& note : at_.plans[i].notes) {
        canvas_.paragraph("i", column.left, y, column.width, note);
        y += static_cast<int>(lines_of(note, column.width).size()) * kLineHeight;
      }
    canvas_.end();
  }
  canvas_.end();
}

void DiagramPainter::foot() {
  int top = last_row_bottom();
  const int left = DiagramLayout::kMargin;
  const bool has_case = !sop_.case_ends.empty();
  if (sop_.total || has_case) {
    const Column& time = at_.columns[at_.first_standard + 1];
    const std::string service = budget_in_words(sop_.case_standard);
    std::string figure = service;
    if (sop_.total) {
      figure = budget_in_words(*sop_.total);
      if (sop_.shortest) figure = budget_in_words(*sop_.shortest) + "–" + figure;
      if (has_case) figure = filled(words::kOfService, figure, service);
    }
    canvas_.box("g f", left, top, at_.page_width - 2 * left, DiagramLayout::kFoot);
    canvas_.begin("bagian", "jumlah");
    canvas_.paragraph("e", left, top, 400, sop_.total ? words::kTotal : words::kService);
    canvas_.paragraph("e", time.left, top, at_.page_width, figure);
    canvas_.end();
    top += DiagramLayout::kFoot;
  }
  legend(top + 10);
}

void DiagramPainter::legend(int top) {
  int x = DiagramLayout::kMargin + 6;
  const int middle = top + 32;
  canvas_.begin("bagian", "simbol");
  canvas_.text("e", x, top + 10, words::kLegend);
  const auto name = [&](int shape, std::string_view text) {
    canvas_.text("", x + shape + 8, middle + 4, text);
    x += shape + 8 + static_cast<int>(text.size()) * 13 / 2 + 14;
  };
  canvas_.box("k", x, middle - 9, 36, 18, 9);
  name(36, words::kTerminator);
  canvas_.box("k", x, middle - 9, 36, 18);
  name(36, words::kProcess);
  canvas_.diamond(x + 18, middle, 18, 11);
  name(36, words::kDecision);
  canvas_.path("p", fmt::format("M{} {}h34", x, middle), true);
  name(36, words::kArrow);
  if (at_.connects_pages) {
    canvas_.pentagon(x + 15, middle, "1");
    name(30, words::kConnector);
  }
  const auto any_way = [&](bool Way::*member) {
    return std::any_of(at_.plans.begin(), at_.plans.end(), [&](const StepPlan& plan) {
      return std::any_of(plan.ways.begin(), plan.ways.end(),
                         [&](const Way& way) { return way.*member; });
    });
  };
  if (any_way(&Way::forks)) {
    canvas_.path("s", fmt::format("M{} {}h36", x, middle), false);
    name(36, words::kBar);
  }
  for (const auto& [style, member, text] : {std::tuple("p c", &Way::cancels, words::kCancels),
                                            std::tuple("p b", &Way::beyond, words::kBeyond)}) {
    if (!any_way(member)) continue;
    canvas_.path(style, fmt::format("M{} {}h34", x, middle), true);
    name(36, text);
  }
  canvas_.end();
}

}  // namespace tenggat
