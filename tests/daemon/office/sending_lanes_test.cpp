#include "daemon/office/sending_lanes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tenggat::office {
namespace {

using std::chrono::seconds;
using Change = Breaker::Change;
using notify::Outcome;
constexpr notify::Channel kWhatsapp = notify::Channel::whatsapp;

// WhatsApp with two places; a lease lasts 60 s, and an exchange may take 35.
class Sending : public ::testing::Test {
 protected:
  // So many more are claimed, numbered on.
  void claims(int count, seconds now, const std::string& text = "tugas_baru") {
    const int room = lanes_.room(kWhatsapp, now);
    std::vector<store::ClaimedMessage> messages;
    for (int i = 0; i < count; ++i) {
      store::ClaimedMessage one;
      one.id = ++last_;
      one.message.channel = kWhatsapp;
      one.message.text_id = text;
      messages.push_back(std::move(one));
    }
    lanes_.claimed(kWhatsapp, room, std::move(messages), now);
  }
  std::string sets_out(seconds now, bool stopping = false) {
    std::string ids;
    for (HeldMessage& one : lanes_.set_out(kWhatsapp, now, stopping)) {
      ids += fmt::format("{}{}", ids.empty() ? "" : " ", one.claimed.id);
      under_way_.push_back(std::move(one));
    }
    return ids;
  }
  // The first that is under way.
  SendingLanes::Shown comes_back(Outcome outcome, seconds now) {
    HeldMessage held = std::move(under_way_.front());
    under_way_.erase(under_way_.begin());
    held.result.outcome = outcome;
    held.result.reason = "server_error";
    const auto shown = lanes_.came_back(kWhatsapp, held, now);
    lanes_.place_is_free(kWhatsapp);
    return shown;
  }
  std::string given_back() {
    std::string ids;
    for (const store::Fenced& one : lanes_.take_unsent())
      ids += fmt::format("{}{}", ids.empty() ? "" : " ", one.id);
    return ids;
  }
  // Five of seven come back in vain; then the sixth, which was under way.
  void opens(seconds now) {
    claims(7, now);
    for (int i = 0; i < 6; ++i) {
      sets_out(now);
      comes_back(Outcome::retry, now);
    }
  }
  SendingLanes lanes_{{{{kWhatsapp, 2}}, seconds{60}, seconds{35}, {}}};
  std::vector<HeldMessage> under_way_;
  int last_ = 0;
};

TEST_F(Sending, NoMoreSetOutThanThereArePlaces) {
  claims(3, seconds{0});
  EXPECT_EQ(sets_out(seconds{0}), "1 2");
  EXPECT_EQ(sets_out(seconds{0}), "");
  comes_back(Outcome::accepted, seconds{1});
  EXPECT_EQ(sets_out(seconds{1}), "3");
  EXPECT_FALSE(lanes_.is_idle());
  comes_back(Outcome::accepted, seconds{1});
  comes_back(Outcome::accepted, seconds{1});
  EXPECT_TRUE(lanes_.is_idle());
  EXPECT_EQ(given_back(), "");
}

TEST_F(Sending, MoreAreClaimedAheadWhileAllOfThemSetOutSoon) {
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{0}), 34);  // two places, and 32 that may wait
  claims(34, seconds{0});
  EXPECT_TRUE(lanes_.is_full(kWhatsapp));
  EXPECT_EQ(sets_out(seconds{0}), "1 2");
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{0}), 32);  // now 64 may wait, and 32 do
  claims(31, seconds{0});
  EXPECT_FALSE(lanes_.is_full(kWhatsapp));
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{0}), 1);
}

TEST_F(Sending, WhoWaitedTooLongIsALessonNotToClaimAhead) {
  claims(3, seconds{0});
  sets_out(seconds{0});
  comes_back(Outcome::accepted, seconds{2});
  EXPECT_EQ(sets_out(seconds{2}), "3");
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{2}), 0);
  EXPECT_TRUE(lanes_.is_full(kWhatsapp));
}

TEST_F(Sending, WithTooLittleOfItsLeaseLeftNoMessageSetsOut) {
  claims(2, seconds{0});
  claims(1, seconds{1});
  EXPECT_EQ(sets_out(seconds{26}), "3");  // the others have 34 s left
  EXPECT_EQ(given_back(), "1 2");
}

TEST_F(Sending, AtTheEndWhatWaitsIsGivenBack) {
  claims(4, seconds{0});
  sets_out(seconds{0});
  EXPECT_EQ(sets_out(seconds{0}, true), "");
  EXPECT_EQ(given_back(), "3 4");
  EXPECT_EQ(given_back(), "");
}

TEST_F(Sending, AChannelThatTakesNothingGivesBackWhatWaitsAndIsTriedByOne) {
  claims(1, seconds{0});
  sets_out(seconds{0});
  EXPECT_EQ(comes_back(Outcome::accepted, seconds{0}).channel, Change::closed);
  lanes_.told(kWhatsapp, Change::closed);
  opens(seconds{10});
  EXPECT_TRUE(lanes_.is_open(kWhatsapp));
  EXPECT_EQ(lanes_.news(kWhatsapp), Change::opened);
  EXPECT_EQ(lanes_.reason(kWhatsapp), "server_error");
  EXPECT_EQ(given_back(), "8");
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{14}), 0);
  EXPECT_EQ(lanes_.next_trial(kWhatsapp, seconds{12}), seconds{3});
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{15}), 1);
  claims(1, seconds{15});
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{15}), 0);
  EXPECT_EQ(sets_out(seconds{15}), "9");
  EXPECT_EQ(comes_back(Outcome::accepted, seconds{16}).channel, Change::closed);
  EXPECT_FALSE(lanes_.next_trial(kWhatsapp, seconds{16}));
}

TEST_F(Sending, WhatBecameOfTheTrialIsUnknownSoAnotherIsMade) {
  opens(seconds{0});
  claims(1, seconds{5});
  sets_out(seconds{5});
  lanes_.lost(text_of(kWhatsapp, under_way_.front().claimed.message), seconds{6});
  lanes_.place_is_free(kWhatsapp);
  EXPECT_EQ(lanes_.room(kWhatsapp, seconds{6}), 1);
}

TEST_F(Sending, NewsStaysUntilItHasBeenToldAsItIs) {
  opens(seconds{0});
  lanes_.told(kWhatsapp, Change::closed);
  EXPECT_EQ(lanes_.news(kWhatsapp), Change::opened);
  lanes_.told(kWhatsapp, Change::opened);
  EXPECT_EQ(lanes_.news(kWhatsapp), Change::none);
}

TEST_F(Sending, EachLanguageOfATextIsATemplateOfItsOwn) {
  notify::Message message;
  message.text_id = "tugas_baru";
  EXPECT_EQ(text_of(kWhatsapp, message).second, "tenggat_tugas_baru");
  message.template_name = "tenggat_tugas_baru_v2";
  message.language = "en";
  EXPECT_EQ(text_of(kWhatsapp, message).second, "tenggat_tugas_baru_v2 en");
}

TEST_F(Sending, ATextThatIsRefusedIsHeldBackAndTheOthersGoOn) {
  const TextKey text{kWhatsapp, "tenggat_tugas_baru"};
  claims(2, seconds{0});
  sets_out(seconds{0});
  const auto shown = comes_back(Outcome::text_stopped, seconds{0});
  EXPECT_EQ(shown.text, Change::opened);
  EXPECT_FALSE(lanes_.is_open(kWhatsapp));
  EXPECT_EQ(lanes_.held_back(kWhatsapp, seconds{1}), (std::vector<std::string>{text.second}));
  EXPECT_EQ(lanes_.refused_texts(seconds{1}).at(0).second, seconds{299});
  EXPECT_EQ(lanes_.outage(text).text, "tugas_baru");
  claims(1, seconds{1});
  claims(1, seconds{1}, "pengingat");
  EXPECT_EQ(sets_out(seconds{1}), "4");
  EXPECT_EQ(given_back(), "3");
  lanes_.told(text, Change::opened);
  EXPECT_EQ(lanes_.stopped_texts().size(), 1U);
}

TEST_F(Sending, ATextThatIsTakenAgainIsForgottenOnceThatHasBeenTold) {
  const TextKey text{kWhatsapp, "tenggat_tugas_baru"};
  claims(1, seconds{0});
  sets_out(seconds{0});
  comes_back(Outcome::text_stopped, seconds{0});
  lanes_.told(text, Change::opened);
  claims(2, seconds{300});
  EXPECT_TRUE(lanes_.refused_texts(seconds{300}).empty());
  EXPECT_EQ(sets_out(seconds{300}), "2");  // the trial; the other must wait for it
  EXPECT_EQ(given_back(), "3");
  EXPECT_EQ(comes_back(Outcome::accepted, seconds{301}).text, Change::closed);
  EXPECT_TRUE(lanes_.held_back(kWhatsapp, seconds{301}).empty());
  lanes_.told(text, Change::closed);
  EXPECT_TRUE(lanes_.stopped_texts().empty());
}

TEST_F(Sending, WhatAnotherProcessFoundRefusedIsTriedAtOnce) {
  store::TextOutage outage;
  outage.channel = kWhatsapp;
  outage.text_template = "tenggat_tugas_baru";
  lanes_.recall({outage}, seconds{0});
  claims(2, seconds{0});
  EXPECT_EQ(sets_out(seconds{0}), "1");
  EXPECT_EQ(given_back(), "2");
}

}  // namespace
}  // namespace tenggat::office
