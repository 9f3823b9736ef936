// load_sop takes any bytes: it answers with an SOP whose parts all lead somewhere, or with faults.
#include <cstddef>
#include <cstdint>

#include "rules/sop/load_sop.h"
#include "tests/fuzz/check.h"

namespace tenggat {
namespace {

using fuzz::check;

void use(const Sop& sop) {
  check(!sop.steps.empty(), "an SOP has steps");
  for (const Step& step : sop.steps) {
    check(&sop.step(step.id) == &step, "a step's id is its own");
    check(sop.find_role(step.role) != nullptr, "a step's role is listed");
    check(step.ladder.empty() || sop.find_ladder(step.ladder) != nullptr, "the ladder is there");
    for (const ActionRule& action : step.actions) {
      check(step.find_action(action.id) == &action, "an action's id is its own within the step");
      for (const Lead& lead : action.to)
        check(sop.find_step(lead.step) != nullptr, "an action leads to a step");
      check(!action.forks || sop.find_step(action.join) != nullptr, "branches have a join");
    }
  }
  for (const Role& role : sop.roles) {
    check(sop.chain(role.id).size() <= sop.roles.size(), "superiors do not go in a circle");
  }
  for (const DocumentName& one : sop.documents) {
    check(sop.find_document(one.kind) == &one, "a kind of document has one name");
    check(!one.label.empty(), "a document is called something");
  }
  check(!sop.number_format.print(2026, 4, 417).empty(), "a permit has a number");
}

}  // namespace
}  // namespace tenggat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto sop = tenggat::load_sop({"sop.yaml", text});
  if (sop) {
    tenggat::use(*sop);
  } else {
    tenggat::fuzz::check_faults(sop.error(), {"sop.yaml"});
  }
  return 0;
}
