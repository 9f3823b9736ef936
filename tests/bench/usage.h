// What a run costs the machine: processor time, memory, and the disk's flush.
#pragma once
#include <sys/types.h>

#include <string>

namespace tenggat::bench {

// Seconds of processor time a process and its children have used so far.
double processor_seconds(pid_t process);
// That of our own children that have ended and were waited for.
double ended_children_seconds();

double peak_mebibytes(pid_t process);  // the most it ever had resident

// The median of writing a page and fdatasync() in that directory, in milliseconds.
double flush_milliseconds(const std::string& directory);

}  // namespace tenggat::bench
