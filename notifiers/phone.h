// Indonesian mobile numbers, and how personal addresses look in a log.
// Source: docs/domain.md, Phone numbers.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tenggat::notify {

// "0812-3456-7890", "+62 812 3456 7890", "0062 812…", "8123 4567 890" -> "6281234567890"; nothing
// where it is no Indonesian mobile number (`^628[1-35-9]\d{7,10}$`). Any blank, hyphen and dash of
// Unicode is a separator, and so is what a contact's sheet wraps a copied number in: the marks that
// say in which direction it is written.
std::optional<std::string> normalise_phone(std::string_view text);

// Written as a number of another country: "+65 8123 4567", "0065…". None is taken for one of ours.
bool is_foreign_phone(std::string_view text);

// One '@', both sides present, printable ASCII without spaces, quotes, angle brackets or commas, a
// host of letters, digits, dots and hyphens: what the envelope of a mail takes without quoting.
bool is_mail_address(std::string_view text);

// Law 27/2022: logs show enough to recognise a number one knows, not to learn one.
std::string mask_phone(std::string_view phone);    // 62812****789; short ones: ****
std::string mask_email(std::string_view address);  // s****@example.go.id; no '@': ****

}  // namespace tenggat::notify
