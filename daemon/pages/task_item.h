// One line, or one card, of an officer's tasks.
#pragma once
#include <string>

#include "daemon/pages/task_list.h"

namespace tenggat::pages {

// With a box to pick it by, where it may be picked.
Html task_item(const TaskRow& row, const People& people, bool ticked);
// What came back: why it did stands before what it is.
Html task_card(const TaskRow& row, const People& people);
// "Dikembalikan Ahmad Fauzi, Sekretaris, hari ini pukul 09.52"
std::string came_words(const TaskRow& row, const People& people);

}  // namespace tenggat::pages
