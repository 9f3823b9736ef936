#include "daemon/api/sop_diagram.h"

#include <fmt/format.h>

#include <vector>

#include "daemon/api/diagram_painter.h"

namespace tenggat {
namespace {

// One paper page below the other, which a browser prints as such.
constexpr const char* kStyle =
    "text{font:11px system-ui,Arial,sans-serif;fill:#1a2430}.j{font-size:16px;font-weight:600}"
    ".h,.e{font-weight:600}.i{fill:#3d4d5c}.a{font-size:10px;stroke:#fff;stroke-width:3px;"
    "paint-order:stroke}.t{font-size:10px}.g{fill:none;stroke:#9aa7b4;shape-rendering:crispEdges}."
    "f{fill:#eef3f6}"
    ".k{fill:#fff;stroke:#0b5d63;stroke-width:1.5}.p{fill:none;stroke:#0b5d63;stroke-width:1.2}"
    ".c{stroke-dasharray:7 4}.b{stroke-dasharray:1.5 3}.s{stroke:#1a2430;stroke-width:4;fill:none}"
    ".l{fill:#fff}#m path{fill:#0b5d63}"
    "@media screen and (prefers-color-scheme:dark){text{fill:#e6ebf0}.i{fill:#b4c0cb}"
    ".l,.k{fill:#12181f}.f{fill:#1d2731}.a{stroke:#12181f}.g{stroke:#4a5763}.s{stroke:#e6ebf0}"
    ".k,.p{stroke:#6cc5cb}#m path{fill:#6cc5cb}}";

// For who hears the picture instead of seeing it.
std::string description(const Sop& sop) {
  std::string text;
  for (const Step& step : sop.steps)
    text += fmt::format("{}. {}: {}, {}. ", step.number, sop.role(step.role).name, step.activity,
                        budget_in_words(step.standard));
  return text;
}

}  // namespace

std::string sop_diagram(const Sop& sop) {
  const DiagramLayout layout(sop);
  const int pages = layout.first_page + layout.pages;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\" aria-labelledby=\"judul isi\">"
      "<title id=\"judul\">SOP {2}</title><desc id=\"isi\">{3}</desc><style>{4}"
      "@page{{size:{5}mm {6}mm;margin:0}}@media print{{svg{{width:{5}mm;height:{7}mm}}}}</style>"
      "<defs><marker id=\"m\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\""
      " markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>"
      "<rect class=\"l\" width=\"{0}\" height=\"{1}\"/>{8}</svg>\n",
      layout.page_width, layout.page_height * pages, escaped(sop.name_of_form()),
      escaped(description(sop)), kStyle, DiagramLayout::kPaperWidth, DiagramLayout::kPaperHeight,
      DiagramLayout::kPaperHeight * pages, DiagramPainter(layout).body());
}

std::string budget_in_words(const Budget& budget) {
  std::vector<std::string> parts;
  if (budget.calendar_days > 0)
    parts.push_back(fmt::format("{} hari kalender", budget.calendar_days));
  if (budget.days > 0) parts.push_back(fmt::format("{} hari", budget.days));
  if (budget.hours > 0) parts.push_back(fmt::format("{} jam", budget.hours));
  if (budget.minutes > 0) parts.push_back(fmt::format("{} menit", budget.minutes));
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace tenggat
