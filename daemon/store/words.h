// What the rules in force call things, for whoever reads the database without them: the views of
// the schema `laporan`. Nothing here is read by the daemon.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

struct Word {
  std::string sop;
  std::string kind;  // "sop", "step", "action" ("step.action"), "role", "pause", "obstacle"
  std::string id;
  std::string name;
  int position = 0;                   // steps: their number on the form; else the order in the file
  std::string role;                   // steps: whose they are
  std::string standard;               // steps, the SOP: as written
  std::int64_t standard_seconds = 0;  // working time; days by the calendar's nominal day
  bool backward = false;              // actions that send the file back
  std::string zone;                   // the SOP: IANA, where its days begin
  std::int64_t day_seconds = 0;       // the SOP: the calendar's nominal day
  bool operator==(const Word&) const = default;
};

// Adds and replaces; what a version no longer has stays, since closed permits still speak of it.
void add_words(pg::Pipeline& pipeline, const std::vector<Word>& words);
// The agency's name and where its pages are.
void add_office_fact(pg::Pipeline& pipeline, const std::string& name, const std::string& url);

}  // namespace tenggat::store
