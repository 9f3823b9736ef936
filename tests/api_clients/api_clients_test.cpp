// openapi.json in the hands of others: schemathesis finds no failure that known.json does not list
// with its reason (TENGGAT_SCHEMATHESIS_SECONDS says how long, 300 by default), and the clients
// that openapi-typescript and openapi-python-client make of it compile and do a portal's day. What
// they need comes into the build directory by tests/api_clients/install.sh, as `./test full` does.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/open_office.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;
const fs::path kClients = TENGGAT_CLIENTS;
const std::string kHere = TENGGAT_SOURCE_DIR "/tests/api_clients/";
const std::string kDocument = TENGGAT_SOURCE_DIR "/daemon/api/openapi.json";
const std::string kVenv = TENGGAT_CLIENTS "/venv/bin/";

// What it printed; a failure where it ends otherwise than with 0.
std::string run(DaemonProcess& daemon, const std::vector<std::string>& arguments,
                const std::map<std::string, std::string>& environment = {}) {
  const fs::path out = daemon.directory() / "client.out";
  write_file(out, "");
  EXPECT_EQ(wait_for(spawn(arguments, environment, out, out)), 0)
      << arguments.at(0) << '\n'
      << read_file(out).substr(0, 20'000)
      << "\nwithout its packages: tests/api_clients/install.sh " TENGGAT_CLIENTS;
  return read_file(out);
}

TEST(Schemathesis, FindsNothingThatIsNotListedWithItsReason) {
  OpenOffice office("schemathesis");
  DaemonProcess& daemon = office.daemon();
  const std::string token =
      daemon.new_token({"--service", "peramban", "--scope", "intake,act,read,admin,bounce"});
  const char* seconds = std::getenv("TENGGAT_SCHEMATHESIS_SECONDS");
  std::cout << run(
      daemon,
      {"/usr/bin/python3", kHere + "judge.py", kVenv + "schemathesis", kDocument,
       office.url() + "/api/v1", token, seconds ? seconds : "300", daemon.directory().string()},
      {{"PATH", "/usr/bin:/bin"}, {"HOME", daemon.directory().string()}});
  EXPECT_TRUE(daemon.ready());
  EXPECT_EQ(daemon.log().find("request_failed"), std::string::npos);
  EXPECT_EQ(daemon.tenggat({"audit", "verify"}).status, 0);
  EXPECT_EQ(daemon.terminate(), 0);
}

TEST(GeneratedClients, InTypeScriptCompilesStrictlyAndCalls) {
  OpenOffice office("generated_typescript");
  DaemonProcess& daemon = office.daemon();
  const std::map<std::string, std::string> environment{{"PATH", std::getenv("PATH")},
                                                       {"TENGGAT_URL", office.url()},
                                                       {"TENGGAT_TOKEN", office.token("semua")}};
  const std::string programs = (kClients / "node_modules/.bin").string() + '/';
  run(daemon, {programs + "openapi-typescript", kDocument, "-o", (kClients / "api.d.ts").string()},
      environment);
  run(daemon, {programs + "tsc", "-p", (kClients / "tsconfig.json").string()}, environment);
  EXPECT_EQ(run(daemon, {"/usr/bin/env", "node", (kClients / "call.js").string()}, environment),
            "submitted active verifikasi\nfound true\nacted returned pengajuan\n"
            "refused 409 /problems/step_not_open returned\ntimeline true true\n"
            "followed permit.changed submit\n");
}

TEST(GeneratedClients, InPythonIsWholeAndCalls) {
  OpenOffice office("generated_python");
  DaemonProcess& daemon = office.daemon();
  const fs::path package = daemon.directory() / "client";
  fs::create_directory(package);
  run(daemon,
      {kVenv + "openapi-python-client", "generate", "--path", kDocument, "--config",
       kHere + "python_client.yaml", "--output-path", (package / "tenggat").string(), "--meta",
       "none", "--fail-on-warning"},
      {{"PATH", "/usr/bin:/bin"}});
  EXPECT_EQ(
      run(daemon,
          {kVenv + "python", kHere + "call.py", office.url(), office.token("semua"),
           office.token("fo")},
          {{"PYTHONPATH", package.string()}}),
      "stored 15\nsop paud 9\nsubmitted active verifikasi\nrepeated True\nshown True Tono\n"
      "found True\ntask True\nclaimed fo\nacted penerimaan True\n"
      "refused 409 /problems/step_not_open\ntimeline True 3\nwhy True\nfollowed True\nfile 200\n");
}

std::vector<std::string> in_php(const std::string& document, const OpenOffice& office) {
  return {"/usr/bin/php",
          "-d",
          "display_errors=stderr",
          kHere + "call.php",
          TENGGAT_SOURCE_DIR "/docs/portal/TenggatClient.php",
          document,
          office.url(),
          office.token("semua")};
}

TEST(PhpClient, IsAsTheDocumentSaysAndCalls) {
  OpenOffice office("php_client");
  EXPECT_EQ(run(office.daemon(), in_php(kDocument, office)),
            "calls 5\nsubmitted active verifikasi\nrepeated same\nshown Aminah\n"
            "acted returned pengajuan\nrefused 409 step_not_open\nfollowed changes\n");
}

// Of a document that says something else than the program and the client do.
TEST(PhpClient, AnotherShapeThanTheDocumentsIsNoticed) {
  OpenOffice office("php_client_planted");
  DaemonProcess& daemon = office.daemon();
  const std::string whole = read_file(kDocument);
  const std::pair<std::string, std::string> plants[] = {
      {"\"/events\": {", "\"/changes\": {"},
      {R"("status": {"type": "integer"},)", R"("status": {"type": "string"},)"},
      {R"("external_id": {"type": ["string", "null"]},)",
       R"("external_id": {"type": "integer"},)"}};
  for (const auto& [is, planted] : plants) {
    std::string other = whole;
    for (std::size_t at = other.find(is); at != std::string::npos; at = other.find(is, at + 1))
      other.replace(at, is.size(), planted);
    ASSERT_NE(other, whole) << is;
    const fs::path document = daemon.directory() / "openapi.json", out = daemon.directory() / "out";
    write_file(document, other);
    write_file(out, "");
    EXPECT_NE(wait_for(spawn(in_php(document, office), {}, out, out)), 0) << is << '\n'
                                                                          << read_file(out);
  }
}

}  // namespace
}  // namespace tenggat::test
