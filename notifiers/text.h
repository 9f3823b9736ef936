// The texts people receive. Sources: docs/reference.md, Texts; docs/domain.md, Meta Cloud API (what
// approved templates allow).
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/message.h"
#include "rules/error.h"

namespace tenggat::notify {

enum class Reader { applicant, officer };  // in files `audience: pemohon`, `audience: petugas`

inline constexpr std::size_t kMaxBodyCharacters = 1024;  // Unicode code points, as Meta counts

struct Text {
  std::string id;  // "tugas_baru"
  Reader reader = Reader::officer;
  std::string subject;                   // of a mail; may hold fields of the body
  std::string template_name;             // Meta's name
  std::string body;                      // with {fields}
  std::vector<std::string> field_names;  // in order of first appearance in the body
  // Takes that text's place where this field of it is empty: a template's sentence cannot be left
  // out, so it is a text without the sentence. Empty: a text of its own.
  std::string instead_of, when_empty;
};

class Texts {
 public:
  explicit Texts(std::vector<Text> texts, std::string language = "id");
  const std::string& language() const { return language_; }  // "id" or "en"
  const std::vector<Text>& all() const { return texts_; }    // in the file's order
  const Text* find(std::string_view id) const;               // nullptr where there is none

  // A translation of these, as translation_faults() has found it good.
  void translate(Texts translation);
  // Those in this language; where there are none, these.
  const Texts& in(std::string_view language) const;

 private:
  std::vector<Text> texts_;
  std::string language_;
  std::vector<std::shared_ptr<const Texts>> translations_;
};

// Refused, all at once with line and column: unknown or duplicate keys and ids, a text the daemon
// sends that is missing, an unknown field, a body that starts or ends with a field, is longer than
// 1,024 characters or holds a line break, a full stop touching a link field, a subject's field that
// is not in the body, a field that may be empty in a text that has no other to take its place then.
Loaded<Texts> load_texts(const SourceFile& file);

// What keeps a translation from standing for the original, each as a sentence: a text too many or
// too few, another reader, template or set of fields.
std::vector<Said> translation_faults(const Texts& original, const Texts& translation);

struct Rendered {
  std::string subject;
  std::string body;  // at most kMaxBodyCharacters
  std::string template_name;
  std::vector<std::string> field_names;  // in the template's order, each once
  std::vector<std::string> fields;       // their values, as they stand in the body
  std::vector<std::string> parameters;   // of Meta's template, in its order
  std::vector<ListItem> items = {};      // Message::items
  bool free_text = false;                // Message::free_text
  std::string language = "id";           // of the text, for Meta's template
};

// Where a field is empty and another text takes the place of this one then, it is that text's words
// and template; of several the first in the file, and the same again of that one. Values lose
// control characters, line breaks and runs of blanks; an empty one becomes "-". Where the whole
// would be too long, the longest value that is no link, number, date or time is shortened and ends
// in an ellipsis. A text or a field that is missing is a bug and throws std::logic_error; extra
// fields are ignored.
Rendered render(const Texts& texts, std::string_view text_id,
                const std::map<std::string, std::string>& fields);

// A body as Meta's template has it: its variables are numbered in their order, each stands once,
// and no two touch. So a field that is there twice is two variables, and fields with nothing but
// blanks between them, as a moment and its zone, are one. Source: the causes of rejection that
// Twilio, Gupshup and AWS document for Meta's review.
struct TemplateBody {
  std::string text;                     // "Yth. {{1}}, ..."
  std::vector<std::string> parameters;  // made of `values`, one a variable
};
TemplateBody template_body(const std::string& body,
                           const std::map<std::string, std::string>& values);

// A believable value for every known field, also the list of known fields: previews, Meta's
// template examples, tests.
const std::map<std::string, std::string>& sample_fields();

// At most five items joined by "; " ("; dan 3 lainnya" after them where there are more): how a list
// fits into one field.
std::string list_of_five(const std::vector<std::string>& items, bool english = false);

}  // namespace tenggat::notify
