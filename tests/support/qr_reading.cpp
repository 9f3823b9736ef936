#include "tests/support/qr_reading.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <stdexcept>

#include "notifiers/base64.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

constexpr int kPixels = 4;  // a module

std::string between(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string_view::npos) throw std::runtime_error(fmt::format("no {}", from));
  const std::string_view rest = text.substr(begin + from.size());
  return std::string(rest.substr(0, rest.find(to)));
}

}  // namespace

std::string read_qr(std::string_view picture) {
  std::string pattern = (fs::temp_directory_path() / "tenggat-qr-XXXXXX").string();
  const fs::path directory = ::mkdtemp(pattern.data());
  write_file(directory / "picture", std::string(picture));
  const std::vector<std::string> reading{
      "/usr/bin/zbarimg", "--quiet",         "--raw",    "--oneshot",
      "-Sdisable",        "-Sqrcode.enable", "--nodbus", (directory / "picture").string()};
  const int status = wait_for(spawn(reading, {}, directory / "said", directory / "fault"));
  std::string said = read_file(directory / "said");
  const std::string fault = read_file(directory / "fault");
  fs::remove_all(directory);
  if (status != 0) throw std::runtime_error(fmt::format("zbarimg: {} {}", status, fault));
  if (said.ends_with('\n')) said.pop_back();
  return said;
}

std::string painted(std::string_view svg_path, int width) {
  const int side = width * kPixels;
  std::string pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), '\xFF');
  static const std::regex rectangle("M(\\d+) (\\d+)h(\\d+)v1H(\\d+)z");
  const std::string path(svg_path);
  std::size_t read = 0;
  for (std::sregex_iterator one(path.begin(), path.end(), rectangle), end; one != end; ++one) {
    const int x = std::stoi(one->str(1)), y = std::stoi(one->str(2)), wide = std::stoi(one->str(3));
    if (one->str(4) != one->str(1)) throw std::runtime_error("not a rectangle: " + one->str());
    read += one->str().size();
    for (int row = y * kPixels; row < (y + 1) * kPixels; ++row)
      for (int column = x * kPixels; column < (x + wide) * kPixels; ++column)
        pixels.at(static_cast<std::size_t>(row * side + column)) = '\0';
  }
  if (read != path.size()) throw std::runtime_error("a path of other things than rectangles");
  return fmt::format("P5\n{0} {0}\n255\n", side) + pixels;
}

std::string qr_on_page(std::string_view html) {
  const std::string svg = between(html, "<svg class=\"qr\"", "</svg>");
  return painted(between(svg, "<path d=\"", "\""), std::stoi(between(svg, "viewBox=\"0 0 ", " ")));
}

std::string picture_in_mail(std::string_view mail) {
  const std::string part = between(mail, "Content-Type: image/png", "\n--");
  const std::size_t body =
      part.find("\n\n") == std::string::npos ? part.find("\r\n\r\n") + 4 : part.find("\n\n") + 2;
  std::string digits = part.substr(body);
  std::erase_if(digits, [](char c) { return c == '\r' || c == '\n'; });
  const auto bytes = notify::from_base64(digits);
  if (!bytes) throw std::runtime_error("no base64: " + digits);
  return *bytes;
}

}  // namespace tenggat::test
