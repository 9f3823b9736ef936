// A loopback TCP server that does to each connection, one after the other, what its script says:
// for the answers and faults a well-behaved server never gives.
#pragma once
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

namespace tenggat::test {

class ScriptedServer {
 public:
  // Reading past the peer's end sets the stream's failbit; returning closes the connection. Called
  // on a thread of the server's own.
  using Script = std::function<void(std::iostream& peer)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();  // the script's last connection is cut, then its thread joined
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const;
  std::string url(const std::string& scheme) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads a line without its line end; empty at the peer's end.
std::string read_line(std::istream& peer);

}  // namespace tenggat::test
