// A script of this folder, run by node beside a daemon.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "tests/support/daemon_process.h"

namespace tenggat::test {

// What it has against the daemon's pages; nothing where all is well. Where Chromium is and the
// pages are is added to its plan. Pictures are left in TENGGAT_PICTURES, where that is set.
std::string run_script(const std::string& script, boost::json::object plan,
                       const DaemonProcess& daemon);

}  // namespace tenggat::test
