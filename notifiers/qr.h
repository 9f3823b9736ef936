// QR codes (ISO/IEC 18004), as pages and mails show them. Made by libqrencode.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tenggat::notify {

// Black and white, with the quiet zone of four modules that readers need round it.
class QrCode {
 public:
  // Of these bytes, so that a seventh of it may be lost (level M). Throws std::length_error for
  // more than 2,000 of them, which no phone reads from a screen.
  explicit QrCode(std::string_view text);

  int width() const { return width_; }  // modules, the quiet zone included
  bool dark(int x, int y) const {
    return dark_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                 static_cast<std::size_t>(x)];
  }
  // The dark modules as the `d` of an SVG path, one unit a module.
  std::string svg_path() const;
  // A grey PNG of so many pixels a module.
  std::string png(int pixels) const;

 private:
  int width_ = 0;
  std::vector<bool> dark_;
};

}  // namespace tenggat::notify
