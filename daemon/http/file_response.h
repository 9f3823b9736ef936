// A file as a download: what it is by its bytes, under a name that says so, and able to do nothing.
// Pure. Sources: RFC 6266 (Content-Disposition), RFC 8187 (filename*), RFC 9110.
#pragma once
#include <string>
#include <string_view>

#include "daemon/http/file_type.h"
#include "daemon/http/message.h"

namespace tenggat::http {

// `name` may be anything, without an ending: slashes become dashes, what a header or a file system
// cannot hold falls away, the true ending is added. PDF and pictures open in the page, all else is
// saved; what is none of the types taken (null) is bytes. Nothing in it runs: no script, no
// form, no frame, no guess at another type.
// Its bytes are the caller's to add.
Response file_response(const FileType* type, std::string_view name);

}  // namespace tenggat::http
