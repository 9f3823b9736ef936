// What an HTML form sends, in either of its encodings. Pure. Source: WHATWG URL (urlencoded),
// RFC 7578 (multipart/form-data).
//
// Refused whole: another Content-Type, what is not well framed, text that is not UTF-8 or holds
// control bytes other than tab and line breaks, more than 200 parts, a part's head over 2 KiB, a
// name over 300 bytes, more than 1 MiB of text. The size of the body is bounded before
// (ServerLimits); files are not held.
#pragma once
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.h"

namespace tenggat::http {

struct FormField {
  std::string name, value;  // line breaks are LF
};
struct FileType;

struct FormFile {
  std::string name;       // of the input
  std::string file_name;  // as the sender calls it, without a folder; for display only
  // What became of its bytes, which are never none: an input without a file is left out.
  std::string sha256{};                  // hex
  const FileType* type = nullptr;        // null: none that is taken
  std::optional<ProblemCode> refusal{};  // why it was not kept
  std::int64_t content = 0;              // where it is kept (store/files.h); 0: nowhere
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

// Reads a form while it comes, in pieces of any size.
class FormReader {
 public:
  explicit FormReader(const Request& request);  // of its Content-Type

  struct Event {
    enum class Kind {
      more,   // feed() or end() first
      file,   // the next `bytes` are of another file: the last in form().files
      bytes,  // of that file
      done,   // form() is whole
      fault,  // it is no form
    } kind = Kind::more;
    std::string bytes{};
    const char* fault = nullptr;  // English
  };
  void feed(std::string_view bytes);
  void end() { ended_ = true; }
  Event next();
  Form& form() { return form_; }

 private:
  enum class State { opening, boundary, head, file, text, urlencoded, done };
  // Of each state. Nothing: it goes on in the next one.
  using Step = std::optional<Event>;
  Step step();
  Step read_opening();
  Step read_boundary();
  Step read_head();
  Step read_text();
  Step read_file();
  Step read_encoded();
  Step more(const char* unless_ended) const;

  State state_ = State::urlencoded;
  const char* fault_ = nullptr;
  std::string boundary_;  // with the dashes before it
  std::string buffer_;
  FormFile part_;        // being read; of a field the name alone
  bool opened_ = false;  // it is a file that has bytes
  std::size_t parts_ = 0, text_ = 0;
  bool ended_ = false;
  Form form_;
};

// A whole one; nobody keeps its files.
boost::system::result<Form, FormFault> read_form(const Request& request);

}  // namespace tenggat::http
