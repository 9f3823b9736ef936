// Programs started for a test: they die with this process, and what they print goes to files.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tenggat::test {

std::string read_file(const std::filesystem::path& path);  // "" where there is none
void write_file(const std::filesystem::path& path, const std::string& text);

// Starts a program, its output appended to files, with nothing on its input; SIGKILL when this
// process ends. Throws std::runtime_error.
pid_t spawn(const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& environment, const std::filesystem::path& out,
            const std::filesystem::path& err);
// Waits for its end: its exit status, or 128 + the signal that ended it.
int wait_for(pid_t child);
// The same, if it has ended already.
bool has_ended(pid_t child, int& status);

// Of loopback, free at this moment and never given before. Below those that the system gives to
// outgoing connections: none of them can take it meanwhile.
int free_port();

// The whole answer to a plain GET over loopback, head and body; empty where nothing answers within
// two seconds.
std::string http_get(int port, const std::string& path);

}  // namespace tenggat::test
