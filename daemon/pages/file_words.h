// What an uploaded file is and how large, in words. Pure.
#pragma once
#include <string>

#include "daemon/http/file_type.h"
#include "daemon/store/files.h"
#include "notifiers/speech.h"
#include "rules/permit/permit.h"

namespace tenggat::pages {

// Of a document that was uploaded here and is still kept; null: of none such.
const store::FileFacts* facts_of(const Document& document, const store::FilesOfPermit& files);
const http::FileType* type_of(const store::FileFacts& facts);
// "84 KB", "1,2 MB"; in English "1.2 MB".
std::string size_words(std::size_t bytes, notify::Tongue tongue = notify::Tongue::indonesian);
// "PDF, 2 halaman, 84 KB"
std::string file_words(const store::FileFacts& facts);
// "PDF, 84 KB"
std::string kind_and_size(const store::FileFacts& facts, notify::Tongue tongue);

}  // namespace tenggat::pages
