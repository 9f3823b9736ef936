// What becomes of a batch of commands whose write failed. Pure.
#pragma once
#include <cstddef>

#include "daemon/store/errors.h"
#include "rules/permit/batch.h"

namespace tenggat::office {

struct AfterFailure {
  enum class Next {
    again,     // settled by doing it again: its keys tell what had been applied
    apart,     // one of them is to blame
    answered,  // the only one is told so
  };
  Next next = Next::apart;
  CommandAnswer answer{};
};
AfterFailure after_failure(const store::Failure& failure, std::size_t commands);

}  // namespace tenggat::office
