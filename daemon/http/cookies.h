// What a browser gives back under a name of ours. Pure. Source: RFC 6265, 5.4.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/fields.h"

namespace tenggat::http {

// The values of every cookie of this name, as sent. Another application of the same host may have
// set one, too: which is ours its value tells. The views live as long as the fields.
std::vector<std::string_view> cookies(const Headers& headers, std::string_view name);

// The name under which browsers keep a cookie that none but this host, over TLS alone, has set;
// over plain HTTP it is the name as it is.
std::string bound_to_host(std::string_view name, bool https);

}  // namespace tenggat::http
