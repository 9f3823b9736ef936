// What an HTML form sends, in either of its encodings. Pure. Source: WHATWG URL (urlencoded),
// RFC 7578 (multipart/form-data).
//
// Refused whole: another Content-Type, what is not well framed, text that is not UTF-8 or holds
// control bytes other than tab and line breaks, more than 200 parts, a part's head over 2 KiB, a
// name over 300 bytes. The size of the body is bounded before (ServerLimits).
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.h"

namespace tenggat::http {

struct FormField {
  std::string name, value;  // line breaks are LF
};
struct FormFile {
  std::string name;       // of the input
  std::string file_name;  // as the sender calls it, without a folder; for display only
  std::string bytes;      // never empty: an input without a file is left out
};

struct Form {
  std::vector<FormField> fields;
  std::vector<FormFile> files;

  std::string text(std::string_view name) const;  // the first of this name, trimmed; else empty
  std::vector<std::string> texts(std::string_view name) const;  // all of this name, as sent
};

struct FormFault {
  const char* detail;  // English
};
[[noreturn]] void throw_exception_from_error(const FormFault& fault,
                                             const boost::source_location& where);

boost::system::result<Form, FormFault> read_form(const Request& request);

}  // namespace tenggat::http
