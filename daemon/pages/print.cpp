#include "daemon/pages/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tenggat::pages {
namespace {

Html style() {
  return html(
      "<style>\n"
      "@page{size:A4;margin:18mm 16mm 18mm 18mm}\n"
      "*{box-sizing:border-box}\n"
      "body{margin:0 auto;max-width:174mm;color:#111;background:#fff;"
      "font:10pt/1.42 \"Noto Sans\",\"DejaVu "
      "Sans\",system-ui,sans-serif;overflow-wrap:break-word}\n"
      "header{border-bottom:2px solid #111;padding-bottom:2.5mm;margin-bottom:4mm}\n"
      "header p{margin:0;font-size:9.5pt}\n"
      "h1{font-size:15pt;line-height:1.25;margin:1.5mm 0 .5mm}\n"
      "h2{font-size:11.5pt;margin:6mm 0 2mm;break-after:avoid}\n"
      "h3{font-size:10pt;margin:4mm 0 1.5mm;break-after:avoid}\n"
      "p{margin:1.5mm 0}\n"
      ".halus{color:#555;font-size:8.5pt}\n"
      "table{border-collapse:collapse;width:100%;font-size:8.6pt;line-height:1.32;margin:1.5mm 0 "
      "3mm}\n"
      "th,td{border:.4pt solid #999;padding:1mm 1.4mm;text-align:left;vertical-align:top}\n"
      "thead th{background:#eef1f3;font-weight:600;white-space:normal}\n"
      ".bebas{overflow-wrap:anywhere}\n"
      "thead{display:table-header-group}\n"
      "tr{break-inside:avoid}\n"
      // No row stands on a sheet alone, nor what introduces a table.
      "tbody tr:first-child{break-after:avoid}\n"
      "tbody tr:last-child{break-before:avoid}\n"
      "h3+p,h3+p+p{break-after:avoid}\n"
      "th[scope=row]{font-weight:400}\n"
      ".angka{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
      ".rapat{font:7pt/1.3 \"DejaVu Sans Mono\",monospace;overflow-wrap:anywhere}\n"
      ".saat{white-space:nowrap}\n"
      ".fakta{width:auto;min-width:60%;break-inside:avoid}\n"
      ".fakta th{width:48mm;background:none;color:#444}\n"
      ".kotak{display:grid;grid-template-columns:repeat(4,1fr);gap:2.5mm;margin:3mm 0}\n"
      ".kotak div{border:.4pt solid #999;padding:2mm 2.5mm;break-inside:avoid}\n"
      ".kotak "
      "strong{display:block;font-size:15pt;line-height:1.2;font-variant-numeric:tabular-nums}\n"
      ".kotak span{display:block;font-size:8.2pt;color:#444}\n"
      ".penting{border-left:3pt solid #a3201a;padding-left:2.5mm}\n"
      "figure{margin:2mm 0 3mm;break-inside:avoid}\n"
      "figcaption{font-size:8.8pt;font-weight:600;margin-bottom:1mm}\n"
      "svg{display:block;width:100%;height:auto;font-family:inherit}\n"
      ".tanda{display:flex;justify-content:flex-end;margin-top:12mm;break-inside:avoid}\n"
      ".tanda div{width:70mm;text-align:center}\n"
      ".tanda .nama{margin-top:20mm;border-top:.4pt solid #111;padding-top:1mm}\n"
      "footer{margin-top:8mm;border-top:.4pt solid "
      "#999;padding-top:1.5mm;color:#555;font-size:8pt}\n"
      ".gulir{overflow:visible}\n"
      "ol,ul{margin:1mm 0;padding-left:5mm}\n"
      "@media screen{body{padding:10mm 4mm}}\n"
      // A desk's screen magnified twice is narrower than the sheet.
      "@media screen and (max-width:700px){table{font-size:7.6pt}th,td{padding:.8mm 1mm}}\n"
      "@media print{.layar-saja{display:none}}\n"
      "</style>");
}

// Coordinates with one decimal.
std::string at(double value) { return fmt::format("{:.1f}", value); }

constexpr std::array<std::string_view, 3> kInks{"#0b5d68", "#9bb8bd", "#a3201a"};

// A round number at or above the largest value.
double top_of(double largest) {
  if (largest <= 0) return 1;
  const double unit = std::pow(10, std::floor(std::log10(largest)));
  for (const double step : {1.0, 2.0, 5.0, 10.0})
    if (largest <= step * unit) return step * unit;
  return largest;
}

Html text(double x, double y, std::string_view anchor, std::string_view words) {
  return html("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" font-size=\"9\" fill=\"#111\">{}</text>",
              at(x), at(y), anchor, words);
}

Html rectangle(double x, double y, double width, double height, std::string_view ink) {
  return html("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>", at(x), at(y),
              at(std::max(width, 0.5)), at(height), ink);
}

// So that series are told apart without colour: an outline, a solid bar, a hatched one. One series
// alone is solid.
Html hatching() {
  return html(
      "<defs><pattern id=\"garis\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" "
      "patternTransform=\"rotate(45)\"><rect width=\"4\" height=\"4\" fill=\"#fff\"/>"
      "<rect width=\"2\" height=\"4\" fill=\"#a3201a\"/></pattern></defs>");
}

Html filled(double x, double y, double width, double height, std::size_t series, std::size_t of) {
  constexpr std::array<std::string_view, 3> kFills{"#fff", "#0b5d68", "url(#garis)"};
  constexpr std::array<std::string_view, 3> kEdges{"#0b5d68", "#0b5d68", "#a3201a"};
  const std::size_t at_fill = of == 1 ? 1 : series % kFills.size();
  return html("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" stroke=\"{}\"/>",
              at(x), at(y), at(width), at(height), kFills.at(at_fill), kEdges.at(at_fill));
}

Html line(double x1, double y1, double x2, double y2) {
  return html("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#111\" stroke-width=\"1\"/>",
              at(x1), at(y1), at(x2), at(y2));
}

Html figure(std::string_view title, double width, double height, const Html& content) {
  return html(
      "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {} {}\" role=\"img\""
      " aria-label=\"{}\">{}</svg></figure>",
      title, at(width), at(height), title, content);
}

}  // namespace

std::string printed(const PrintedPage& page) {
  const Html document = html(
      "<!DOCTYPE html>\n<html lang=\"id\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>{}</title>{}</head>\n"
      "<body><header><p>{}</p><h1>{}</h1><p>{}</p></header>\n<main>{}</main>\n"
      "<footer>{}</footer></body></html>\n",
      page.title, style(), page.office, page.title, page.subtitle, page.body, page.footer);
  return document.bytes();
}

Html facts(const std::vector<std::pair<std::string, Html>>& rows) {
  Html list;
  for (const auto& [name, value] : rows)
    list += html("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", name, value);
  return html("<table class=\"fakta\"><tbody>{}</tbody></table>", list);
}

Html bars(std::string_view title, const std::vector<Bar>& all) {
  if (all.empty()) return {};
  constexpr double kWidth = 500, kNames = 150, kRow = 18, kThick = 11, kRoom = 150;
  double largest = 0;
  for (const Bar& bar : all) largest = std::max({largest, bar.value, bar.mark});
  const double scale = (kWidth - kNames - kRoom) / (largest > 0 ? largest : 1);
  Html content;
  double y = 4;
  for (const Bar& bar : all) {
    content += text(kNames - 6, y + 9, "end", bar.name);
    content +=
        rectangle(kNames, y, bar.value * scale, kThick, bar.emphasised ? kInks[2] : kInks[0]);
    const double end = kNames + std::max(bar.value, bar.mark) * scale;
    if (bar.mark > 0) {
      const double x = kNames + bar.mark * scale;
      content += line(x, y - 2, x, y + kThick + 2);
    }
    content += text(end + 5, y + 9, "start", bar.words);
    y += kRow;
  }
  return figure(title, kWidth, y, content);
}

Html columns(std::string_view title, const std::vector<std::string>& series,
             const std::vector<Group>& groups) {
  if (groups.empty()) return {};
  constexpr double kWidth = 500, kHeight = 150, kTop = 30, kBottom = 18;
  double largest = 0;
  for (const Group& group : groups)
    for (const double value : group.values) largest = std::max(largest, value);
  const double scale = (kHeight - kTop - kBottom) / top_of(largest);
  const double room = kWidth / static_cast<double>(groups.size());
  const double thick =
      std::min(26.0, room * 0.8 / static_cast<double>(std::max<std::size_t>(series.size(), 1)));
  const double floor = kHeight - kBottom;
  Html content = hatching();
  double x = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    content += filled(x, 3, 9, 9, i, series.size());
    content += text(x + 13, 11, "start", series[i]);
    x += 30 + 5.4 * static_cast<double>(series[i].size());
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double middle = (static_cast<double>(g) + 0.5) * room;
    double left = middle - thick * static_cast<double>(groups[g].values.size()) / 2;
    for (std::size_t i = 0; i < groups[g].values.size(); ++i, left += thick) {
      const double value = groups[g].values[i];
      content += filled(left, floor - value * scale, thick - 1.5, value * scale, i, series.size());
      content +=
          text(left + thick / 2, floor - value * scale - 3, "middle", fmt::format("{:.0f}", value));
    }
    content += text(middle, kHeight - 5, "middle", groups[g].name);
  }
  content += line(0, floor, kWidth, floor);
  return figure(title, kWidth, kHeight, content);
}

}  // namespace tenggat::pages
