// What every benchmark of the daemon begins with: single requests, and the permit it makes copies
// of.
#pragma once
#include <cstdint>
#include <string>

#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"

namespace tenggat::bench {

// Throws std::runtime_error with the answer where it is no 2xx.
test::HttpAnswer ask(const test::DaemonProcess& daemon, std::string request);

// Submitted and accepted: it waits at `penerimaan`. The id. `token` may hand in and act for "fo".
std::int64_t permit_at_back_office(const test::DaemonProcess& daemon, const std::string& token);

}  // namespace tenggat::bench
