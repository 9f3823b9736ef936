#include "notifiers/qr.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>

namespace tenggat::notify {
namespace {

constexpr int kQuiet = 4;
constexpr std::size_t kMostBytes = 2000;
constexpr std::size_t kStoredBlock = 65'535;  // RFC 1951, 3.2.4

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 255);
  return bytes;
}

std::string little_endian(std::size_t value) {
  return {static_cast<char>(value & 255), static_cast<char>((value >> 8) & 255)};
}

// Of PNG chunks (W3C PNG, annex D).
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0xEDB88320U : 0);
  }
  return ~crc;
}

// RFC 1950.
std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % 65'521;
    b = (b + a) % 65'521;
  }
  return (b << 16) | a;
}

// As a zlib stream that compresses nothing: a few kilobytes are not worth a library.
std::string stored(std::string_view bytes) {
  std::string stream("\x78\x01", 2);
  const std::uint32_t sum = adler32(bytes);
  do {
    const std::size_t size = std::min(bytes.size(), kStoredBlock);
    stream += size == bytes.size() ? '\x01' : '\x00';
    stream += little_endian(size) + little_endian(~size);
    stream += bytes.substr(0, size);
    bytes.remove_prefix(size);
  } while (!bytes.empty());
  return stream + big_endian(sum);
}

std::string chunk(std::string_view name, std::string_view content) {
  const std::string named = std::string(name) + std::string(content);
  return big_endian(static_cast<std::uint32_t>(content.size())) + named + big_endian(crc32(named));
}

}  // namespace

QrCode::QrCode(std::string_view text) {
  if (text.size() > kMostBytes) throw std::length_error("too long for a QR code");
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M),
      &QRcode_free);
  if (!made) throw std::bad_alloc();
  width_ = made->width + 2 * kQuiet;
  dark_.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(width_));
  for (int y = 0; y < made->width; ++y)
    for (int x = 0; x < made->width; ++x)
      dark_[static_cast<std::size_t>((y + kQuiet) * width_ + x + kQuiet)] =
          (made->data[y * made->width + x] & 1) != 0;
}

// A run of dark modules in a row is one rectangle.
std::string QrCode::svg_path() const {
  std::string path;
  for (int y = 0; y < width_; ++y) {
    for (int x = 0; x < width_; ++x) {
      if (!dark(x, y)) continue;
      const int from = x;
      while (dark(x, y)) ++x;  // the quiet zone ends it
      path += fmt::format("M{} {}h{}v1H{}z", from, y, x - from, from);
    }
  }
  return path;
}

std::string QrCode::png(int pixels) const {
  const auto side = static_cast<std::size_t>(width_ * pixels);
  std::string rows;
  for (int y = 0; y < width_; ++y) {
    std::string row((side + 7) / 8, '\0');
    for (std::size_t x = 0; x < side; ++x)
      if (!dark(static_cast<int>(x) / pixels, y))
        row[x / 8] = static_cast<char>(row[x / 8] | (0x80 >> (x % 8)));
    for (int copy = 0; copy < pixels; ++copy) rows += '\0' + row;  // filtered by nothing
  }
  const std::string measure = big_endian(static_cast<std::uint32_t>(side));
  const std::string one_bit_grey("\x01\x00\x00\x00\x00", 5);
  return std::string("\x89PNG\r\n\x1a\n", 8) + chunk("IHDR", measure + measure + one_bit_grey) +
         chunk("IDAT", stored(rows)) + chunk("IEND", "");
}

}  // namespace tenggat::notify
