#include "tests/bench/asking.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <stdexcept>

namespace tenggat::bench {

test::HttpAnswer ask(const test::DaemonProcess& daemon, std::string request) {
  boost::asio::io_context io{1};
  test::HttpAnswer answer;
  test::HttpClient http(io.get_executor(), daemon.api_port());
  boost::asio::co_spawn(io, http.exchange(std::move(request)),
                        [&answer](std::exception_ptr failure, test::HttpAnswer got) {
                          if (failure) std::rethrow_exception(failure);
                          answer = std::move(got);
                        });
  io.run();
  if (answer.status / 100 != 2)
    throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
  return answer;
}

std::int64_t permit_at_back_office(const test::DaemonProcess& daemon, const std::string& token) {
  const test::HttpAnswer submitted = ask(
      daemon,
      test::http_request(
          "POST", "/api/v1/permits", token, "bench",
          R"({"sop":"paud","applicant":{"name":"Pemohon","email":"pemohon@example.id"},"subject":"TK Harapan",)"
          R"("documents":[{"kind":"persyaratan_izin_paud","uri":"https://example.go.id/berkas.pdf"}]})"));
  const std::string id(boost::json::parse(submitted.body).at("id").as_string());
  ask(daemon, test::http_request("POST", fmt::format("/api/v1/permits/{}/actions", id), token, "",
                                 R"({"step":"verifikasi","action":"accept","on_behalf_of":"fo"})"));
  return std::stoll(id);
}

}  // namespace tenggat::bench
