// What people may hand in, told by the bytes alone: what a sender calls a file is never believed.
// Pure. The one table of it: forms, refusals and downloads are made from it.
//
// Taken are the formats offices exchange and browsers or office programs only show: PDF, JPEG and
// PNG by their first bytes; DOCX, XLSX, ODT and ODS by what their archive holds, unless that is a
// program (macros). Sources: ISO 32000-1 7.5.2, ITU-T T.81 B.1, PNG 5.2, APPNOTE.TXT 4.3, ECMA-376
// part 2, OpenDocument 1.2 part 3.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "daemon/http/problem.h"

namespace tenggat::http {

struct FileType {
  std::string_view name, media_type;
  std::string_view ending;   // ".jpg"
  std::string_view endings;  // all that people give it, for a form: ".jpg,.jpeg"
  bool shown = false;        // a browser shows it in its own page; else it is saved
};
std::span<const FileType> file_types();
// nullptr: none of them. Reads no further than `bytes`, whatever they say of themselves.
const FileType* file_type_of(std::string_view bytes);
// Of a file that is not held whole: how it begins (kFileHead bytes, where it has as many), how it
// ends, and how long it is. An archive whose directory begins before `tail` is none of them.
const FileType* file_type_of(std::string_view head, std::string_view tail, std::size_t size);
inline constexpr std::size_t kFileHead = 8;
bool may_be_taken(std::string_view head);     // false: whatever follows, it is none of them
bool told_by_its_end(std::string_view head);  // what it is
// Of one that was taken as `media_type`.
const FileType* stored_file_type(std::string_view media_type, std::string_view head);

std::string accepted_endings();                  // of all: an input's `accept`
std::string file_type_names(Language language);  // "PDF, JPEG, ... atau ODS"

}  // namespace tenggat::http
