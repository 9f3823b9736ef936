#include "daemon/store/count_codec.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <set>
#include <stdexcept>

namespace tenggat::store {
namespace {

TEST(CountCodec, EachCounterIsAnArrayThatReadsBack) {
  struct Case {
    Counted what;
    const char *name, *step, *label;
  };
  std::set<std::size_t> counters;
  for (const Case& one : {
           Case{PermitSubmitted{}, "permits_submitted_total", "", ""},
           Case{PermitClosed{PermitState::lapsed}, "permits_closed_total", "", "lapsed"},
           Case{CaseMet{}, "permit_sla_met_total", "", ""},
           Case{CaseMissed{}, "permit_sla_missed_total", "", ""},
           Case{LegalLimitsPassed{}, "legal_limit_passed_total", "", ""},
           Case{StepCompleted{"kajian"}, "step_completions_total", "kajian", ""},
           Case{StepMissed{"kajian"}, "step_sla_missed_total", "kajian", ""},
           Case{StepReturned{"kajian"}, "step_returns_total", "kajian", ""},
           Case{WorkingTime{"kajian", Seconds{600}}, "step_working_seconds_bucket", "kajian",
                "600"},
           Case{WorkingTime{"kajian", {}}, "step_working_seconds_bucket", "kajian", "+Inf"},
           Case{WorkingSeconds{"kajian"}, "step_working_seconds_sum", "kajian", ""},
           Case{SuperiorTold{"", "+1d"}, "escalations_total", "", "+1d"},
           Case{EnteredLate{"kajian", Turned::met}, "late_entries_total", "kajian", "met"},
           Case{EnteredLate{"kajian", Turned::none}, "late_entries_total", "kajian", "none"},
           Case{NoticeRedirected{"kajian", Reason::role_vacant}, "notices_redirected_total",
                "kajian", "role_vacant"},
       }) {
    EXPECT_EQ(as_stored({one.what, -3, {}, 0}),
              (boost::json::array{one.name, one.step, one.label, -3}));
    EXPECT_EQ(counted_of(one.name, one.step, one.label), one.what) << one.name;
    counters.insert(one.what.index());
  }
  EXPECT_EQ(counters.size(), std::variant_size_v<Counted>);
}

TEST(CountCodec, WhatThisProgramDoesNotCountIsRefused) {
  EXPECT_THROW(counted_of("permits_lost_total", "", ""), std::logic_error);
  EXPECT_THROW(counted_of("permits_closed_total", "", "gone"), std::logic_error);
  EXPECT_THROW(counted_of("notices_redirected_total", "kajian", "lazy"), std::logic_error);
  EXPECT_THROW(counted_of("late_entries_total", "kajian", "missed"), std::logic_error);
  EXPECT_THROW(counted_of("step_working_seconds_bucket", "kajian", "many"), std::logic_error);
}

}  // namespace
}  // namespace tenggat::store
