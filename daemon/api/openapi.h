// The API as an OpenAPI 3.1 document (openapi.json), written by hand and held to the code: a route
// that it does not describe, or that it describes and is not there, stops the daemon's build
// (openapi_check.cpp); what each call answers is held to it by tests/daemon/api/openapi_test.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/router.h"

namespace tenggat::http {

// The document's text.
std::string_view openapi_text();

// Where the document and the routes differ in method, path or operationId; one sentence each, in
// English. Only routes below the document's server url count.
std::vector<std::string> openapi_faults(std::string_view document, std::span<const Route> routes);

}  // namespace tenggat::http
