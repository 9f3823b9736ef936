// QR codes as a reader sees them: zbarimg, of Debian's zbar-tools, is not ours.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::test {

// What the picture's only QR code says. Throws std::runtime_error where there is none.
std::string read_qr(std::string_view picture);
// The `d` of a path of rectangles, one unit a module, painted as a picture (PGM).
std::string painted(std::string_view svg_path, int width);
// The picture of the page's only QR code, painted.
std::string qr_on_page(std::string_view html);
// The picture of type image/png that a mail brings, as bytes.
std::string picture_in_mail(std::string_view mail);

}  // namespace tenggat::test
