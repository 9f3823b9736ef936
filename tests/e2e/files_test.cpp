// Files on their way in and out of a daemon: what it holds meanwhile, what is left of what nobody
// takes, and how much may come.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr std::size_t kMiB = 1024 * 1024;

// One connection, byte by byte.
class Wire {
 public:
  explicit Wire(int port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    const timeval limit{30, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  // False: the other side has closed.
  bool send(std::string_view bytes) {
    boost::system::error_code failed;
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), failed);
    return !failed;
  }
  // The next head.
  std::string head() {
    boost::system::error_code failed;
    while (bytes_.find("\r\n\r\n") == std::string::npos && !failed) take(failed);
    const std::size_t end = std::min(bytes_.find("\r\n\r\n"), bytes_.size());
    const std::string head = bytes_.substr(0, end);
    bytes_.erase(0, std::min(end + 4, bytes_.size()));
    return head;
  }
  int status() {
    const std::string line = head();
    return line.size() < 12 ? 0 : std::stoi(line.substr(9, 3));
  }
  // Bytes of the body behind it.
  std::size_t read(std::size_t bytes) {
    boost::system::error_code failed;
    std::size_t read = 0;
    while (read < bytes && !failed) {
      if (bytes_.empty()) take(failed);
      const std::size_t part = std::min(bytes - read, bytes_.size());
      read += part;
      bytes_.erase(0, part);
    }
    return read;
  }

 private:
  void take(boost::system::error_code& failed) {
    std::string part(64 * 1024, '\0');
    part.resize(socket_.read_some(asio::buffer(part), failed));
    bytes_ += part;
  }

  asio::io_context io_;
  tcp::socket socket_;
  std::string bytes_;
};

std::size_t resident_mib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) / 1024;
  return 0;
}

// The most that was resident while `work` was done.
std::size_t most_mib_during(pid_t pid, const std::function<void()>& work) {
  std::size_t most = 0;
  std::atomic<bool> done = false;
  std::thread looking([&] {
    while (!done) {
      most = std::max(most, resident_mib(pid));
      std::this_thread::sleep_for(5ms);
    }
  });
  work();
  done = true;
  looking.join();
  return most;
}

void all_at_once(int count, const std::function<void(int)>& one) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back(one, i);
  for (std::thread& thread : threads) thread.join();
}

class FilesTest : public PagesTest {
 protected:
  explicit FilesTest(const std::string& configuration = "") : PagesTest(configuration) {
    token_ = office_.daemon().new_token({"--service", "unggah", "--scope", "intake,act,read"});
  }
  int port() { return office_.daemon().api_port(); }
  std::string post_head(const std::string& path, std::size_t bytes, const std::string& more = "") {
    return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n{}\r\n", path, bytes,
                       more);
  }
  std::string bearer() { return "Authorization: Bearer " + token_ + "\r\n"; }
  WebPage upload(const std::string& bytes, const std::string& more = "") {
    Browser browser = this->browser();
    return browser.request("POST", "/api/v1/files", bearer() + more, bytes);
  }
  std::string uri_of(const WebPage& answer) {
    return std::string(boost::json::parse(answer.body).at("uri").as_string());
  }
  // No file, no chunk, no upload.
  bool nothing_is_left() {
    return office_.becomes(
        "SELECT (SELECT count(*) FROM file) + (SELECT count(*) FROM file_chunk)"
        " + (SELECT count(*) FROM upload)",
        "0");
  }
  File returned() {
    const File file = submitted();
    act("fo", file, "verifikasi", "reject", {"--note", "kurang"});
    return file;
  }

  std::string token_;
};

std::string pdf(std::size_t bytes, int which = 0) {
  std::string content = fmt::format("%PDF-1.7 {} ", which);
  content.resize(bytes, static_cast<char>('a' + which % 26));
  return content;
}

TEST_F(FilesTest, FortyUploadsAndFortyDownloadsAreNeverHeldWhole) {
  const pid_t daemon = office_.daemon().pid();
  EXPECT_EQ(upload(pdf(kMiB, 99)).status, 201);
  const std::size_t before = resident_mib(daemon);
  std::vector<std::string> hashes(40);
  const std::size_t while_coming = most_mib_during(daemon, [&] {
    all_at_once(40, [&](int i) {
      const WebPage stored = upload(pdf(20 * kMiB, i));
      EXPECT_EQ(stored.status, 201) << stored.head;
      if (stored.status == 201) hashes[static_cast<std::size_t>(i)] = uri_of(stored).substr(8);
    });
  });
  std::atomic<int> read = 0;
  const std::size_t while_going = most_mib_during(daemon, [&] {
    all_at_once(40, [&](int i) {
      Wire wire(port());
      wire.send(fmt::format("GET /api/v1/files/{} HTTP/1.1\r\nHost: a\r\n{}\r\n",
                            hashes[static_cast<std::size_t>(i)], bearer()));
      std::this_thread::sleep_for(2s);  // none of them reads for a while
      EXPECT_NE(wire.head().find(fmt::format("Content-Length: {}", 20 * kMiB)), std::string::npos);
      if (wire.read(20 * kMiB) == 20 * kMiB) ++read;
    });
  });
  EXPECT_EQ(read, 40);
  std::cout << fmt::format("resident MiB: {} before, {} while 40 files came, {} while they went\n",
                           before, while_coming, while_going);
  EXPECT_LT(while_coming, before + 96);
  EXPECT_LT(while_going, before + 96);
}

TEST_F(FilesTest, WhatComesInGoesOutByteByByteWhateverItsSize) {
  constexpr std::size_t kChunk = 128 * 1024;
  for (const std::size_t bytes :
       {std::size_t{5}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk, 5 * kMiB + 7}) {
    const std::string content = pdf(bytes, static_cast<int>(bytes % 7));
    const WebPage stored = upload(content);
    ASSERT_EQ(stored.status, 201) << bytes;
    Browser browser = this->browser();
    const std::string path = "/api/v1/files/" + uri_of(stored).substr(8);
    const WebPage sent = browser.request("GET", path, bearer());
    EXPECT_EQ(sent.status, 200);
    EXPECT_TRUE(sent.body == content) << bytes;
    const WebPage head = browser.request("HEAD", path, bearer());
    EXPECT_EQ(head.header("Content-Length"), std::to_string(bytes));
    EXPECT_EQ(
        browser.request("GET", path, bearer() + "If-None-Match: " + sent.header("ETag") + "\r\n")
            .status,
        304);
    EXPECT_EQ(upload(content).status, 201);
  }
  EXPECT_EQ(office_.query("SELECT count(*) FROM file"), "6");
  EXPECT_EQ(office_.query("SELECT count(DISTINCT content) FROM file_chunk"), "6");
  EXPECT_EQ(
      office_.query("SELECT sum(length(bytes)) = (SELECT sum(size) FROM file) FROM file_chunk"),
      "t");
}

TEST_F(FilesTest, WhoeverIsUnknownIsAnsweredOnTheHead) {
  const std::string continues = "Expect: 100-continue\r\n";
  {
    Wire wire(port());
    wire.send(post_head("/api/v1/files", 20 * kMiB, continues));
    EXPECT_EQ(wire.status(), 401);
  }
  {
    Wire wire(port());
    wire.send(post_head("/api/v1/files", 20 * kMiB, bearer() + continues));
    EXPECT_EQ(wire.status(), 100);
  }
  {
    Wire wire(port());
    wire.send(
        post_head("/masuk", 65 * 1024, "Content-Type: application/x-www-form-urlencoded\r\n"));
    wire.send("alamat=" + std::string(65 * 1024 - 7, 'a'));
    EXPECT_EQ(wire.status(), 413);
  }
  {
    Wire wire(port());
    wire.send(post_head("/lacak/" + std::string(32, '0'), 5 * kMiB,
                        "Content-Type: multipart/form-data; boundary=x\r\n" + continues));
    EXPECT_EQ(wire.status(), 413);
  }
  {
    Wire wire(port());  // nobody says how much will come
    wire.send(
        "POST /masuk HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
    const std::string part = "8000\r\n" + std::string(0x8000, 'a') + "\r\n";
    for (int i = 0; i < 8 && wire.send(part); ++i) {
    }
    EXPECT_EQ(wire.status(), 413);
  }
}

TEST_F(FilesTest, AKnownSendersBodyGoesOnToItsOwnLimit) {
  const auto submit = [&](std::size_t bytes) {
    std::string body =
        R"({"sop":"paud","subject":"PAUD","applicant":{"name":"Siti","whatsapp":"081234567890"},
           "documents":[{"kind":"persyaratan_izin_paud","uri":"https://berkas.example/1"}]})";
    body.resize(bytes, ' ');
    Browser browser = this->browser();
    return browser
        .request("POST", "/api/v1/permits", bearer() + "Content-Type: application/json\r\n", body)
        .status;
  };
  EXPECT_EQ(submit(300 * 1024), 201);
  EXPECT_EQ(submit(kMiB), 201);
  EXPECT_EQ(submit(kMiB + 1), 413);
}

TEST_F(FilesTest, StrangersWithBodiesKeepNobodyFromSendingTheirs) {
  std::vector<std::unique_ptr<Wire>> strangers;
  const std::string part(3'700'000, 'a');
  const auto hold = [&](int port) {
    auto wire = std::make_unique<Wire>(port);
    wire->send(post_head("/lacak/" + std::string(32, '0'), 20 * kMiB,
                         "Content-Type: multipart/form-data; boundary=x\r\n"));
    wire->send("--x\r\n" + part);
    return wire;
  };
  // Held, they would leave 2 MB of what all bodies may take together.
  for (int i = 0; i < 72; ++i) strangers.push_back(hold(port()));
  EXPECT_EQ(upload(pdf(3 * kMiB)).status, 201);
  EXPECT_EQ(browser().get("/masuk").status, 200);
}

TEST_F(FilesTest, ALinkThatTakesNoActionLeavesNothing) {
  const File file = returned();
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  const std::vector<WebUpload> uploads = {
      {"berkas:persyaratan_izin_paud:", "satu.pdf", "application/pdf", pdf(5 * kMiB)},
      {"berkas:denah_ruang:", "dua.pdf", "application/pdf", pdf(100)}};
  WebForm forged = form_with(page, "submit");
  forged.set("token", "bukan");
  EXPECT_EQ(applicant.send(forged, uploads).status, 403);
  WebForm unknown = form_with(page, "submit");
  unknown.set("langkah", "verifikasi");
  unknown.set("aksi", "accept");
  EXPECT_GE(applicant.send(unknown, uploads).status, 400);
  std::vector<WebUpload> wrong = uploads;
  wrong.push_back({"berkas:lain:", "tiga.pdf", "application/pdf", "isi lain"});
  EXPECT_EQ(applicant.press(page, "submit", {}, wrong).status, 422);
  EXPECT_TRUE(nothing_is_left());
  EXPECT_EQ(applicant.press(page, "submit", {}, uploads).status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM file WHERE until IS NULL"), "2");
  EXPECT_EQ(office_.query("SELECT count(*) FROM document WHERE uri LIKE 'tenggat:%'"), "2");
}

TEST_F(FilesTest, WhatBreaksOffIsGoneAtOnce) {
  const File file = returned();
  {
    Wire wire(port());
    wire.send(post_head("/api/v1/files", 20 * kMiB, bearer()));
    wire.send(pdf(3 * kMiB));
    ASSERT_TRUE(office_.becomes("SELECT count(*) > 5 FROM file_chunk", "t"));
  }
  EXPECT_TRUE(nothing_is_left());
  {
    Wire wire(port());
    wire.send(post_head(file.path, 20 * kMiB, "Content-Type: multipart/form-data; boundary=x\r\n"));
    wire.send(
        "--x\r\nContent-Disposition: form-data; name=\"berkas:a:\"; filename=\"a\"\r\n\r\n" +
        pdf(kMiB) +
        "\r\n--x\r\nContent-Disposition: form-data; name=\"berkas:b:\"; filename=\"b\"\r\n\r\n" +
        pdf(3 * kMiB));
    ASSERT_TRUE(office_.becomes("SELECT count(*) > 12 FROM file_chunk", "t"));
  }
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(FilesTest, WhatNoPermitTakesIsCollectedAndWhatOneTookStays) {
  const std::string taken = uri_of(upload(pdf(kMiB, 1))), left = uri_of(upload(pdf(kMiB, 2)));
  const boost::json::value permit = office_.json(
      {"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject", "PAUD Melati",
       "--whatsapp", "0813 1111 2222", "--document", "persyaratan_izin_paud=" + taken},
      "portal");
  EXPECT_EQ(office_.query("SELECT sha256 FROM file WHERE until IS NULL"), taken.substr(8));
  EXPECT_EQ(office_.query("SELECT round(extract(epoch FROM until - added_at)) FROM file"
                          " WHERE until IS NOT NULL"),
            "86400");
  office_.query("UPDATE file SET until = clock_timestamp() WHERE until IS NOT NULL");
  office_.query("INSERT INTO upload VALUES (7, clock_timestamp() - interval '1 hour')");
  office_.query("INSERT INTO file_chunk VALUES (7, 0, 'x')");
  office_.stop_daemon();
  office_.start_daemon();
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM file", "1"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM file_chunk"), "8");
  EXPECT_EQ(office_.query("SELECT count(*) FROM upload"), "0");
  EXPECT_TRUE(office_.metric_becomes("tenggat_files_collected_total 2"));
  // And whoever names it then is told.
  const CommandResult late = office_.tenggat(
      {"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject", "PAUD Mawar",
       "--whatsapp", "0813 1111 2222", "--document", "persyaratan_izin_paud=" + left},
      "portal");
  EXPECT_NE(late.status, 0);
}

class SmallShares : public FilesTest {
 protected:
  SmallShares() : FilesTest("http: {permit_files: 2MiB, daily_files: 5MiB}\n") {}
};

TEST_F(SmallShares, ATokenHasItsShareOfADay) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(upload(pdf(2 * kMiB, i)).status, 201);
  const WebPage full = upload(pdf(2 * kMiB, 2));
  EXPECT_EQ(full.status, 429);
  EXPECT_TRUE(full.says("/problems/daily_files_full")) << full.body;
  EXPECT_GT(std::stoi(full.header("Retry-After")), 0);
  EXPECT_EQ(upload(pdf(kMiB / 2, 3)).status, 201);  // what is left of it
  // Said on the head, where it says how much comes; else as soon as it is too much.
  Wire wire(port());
  wire.send(post_head("/api/v1/files", 2 * kMiB, bearer() + "Expect: 100-continue\r\n"));
  EXPECT_EQ(wire.status(), 429);
}

TEST_F(SmallShares, SeveralAtOnceHaveOneShare) {
  std::atomic<int> stored = 0, full = 0;
  all_at_once(6, [&](int i) {
    const int status = upload(pdf(3 * kMiB / 2, i)).status;
    (status == 201 ? stored : full) += status == 201 || status == 429 ? 1 : 0;
  });
  EXPECT_EQ(stored + full, 6);
  EXPECT_EQ(stored, 3);
}

TEST_F(SmallShares, APermitsFilesTogetherAreBounded) {
  std::vector<std::string> uris;
  for (int i = 0; i < 3; ++i) uris.push_back(uri_of(upload(pdf(kMiB, i))));
  const auto submit = [&](const std::vector<std::string>& documents) {
    boost::json::array named;
    for (const std::string& uri : documents)
      named.push_back({{"kind", "persyaratan_izin_paud"}, {"name", uri.substr(60)}, {"uri", uri}});
    const boost::json::object body{{"sop", "paud"},
                                   {"subject", "PAUD"},
                                   {"applicant", {{"name", "Siti"}, {"whatsapp", "081234567890"}}},
                                   {"documents", named}};
    Browser browser = this->browser();
    return browser.request("POST", "/api/v1/permits",
                           bearer() + "Content-Type: application/json\r\n",
                           boost::json::serialize(body));
  };
  const WebPage full = submit(uris);
  EXPECT_EQ(full.status, 413);
  EXPECT_TRUE(full.says("/problems/permit_files_full")) << full.body;
  EXPECT_EQ(submit({uris[0], uris[1]}).status, 201);
  EXPECT_EQ(office_.query("SELECT count(*) FROM permit WHERE id > 0"), "1");
}

TEST_F(SmallShares, ALinkCountsWithWhatItsPermitHasAndWhatIsOnItsWay) {
  const File file = returned();
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  const auto sent = [&](std::size_t bytes, int which) {
    return applicant.press(
        page, "submit", {},
        {{"berkas:persyaratan_izin_paud:", "satu.pdf", "application/pdf", pdf(bytes, which)}});
  };
  const WebPage full = sent(3 * kMiB, 1);
  EXPECT_EQ(full.status, 413);
  EXPECT_TRUE(full.says("seluruhnya melebihi batas")) << full.body;
  EXPECT_TRUE(nothing_is_left());
  EXPECT_EQ(sent(3 * kMiB / 2, 2).status, 303);
  // A day's share of a link is what its permit may have.
  act("fo", file, "verifikasi", "reject", {"--note", "kurang lagi"});
  EXPECT_EQ(sent(kMiB, 3).status, 413);
  EXPECT_EQ(office_.query("SELECT count(*) FROM file"), "1");
}

}  // namespace
}  // namespace tenggat::test
