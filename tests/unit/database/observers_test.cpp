#include "database/observers.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/recording_observer.hpp"

namespace gatehouse::database {
namespace {

using testing::RecordingObserver;
using Heard = std::vector<std::string>;

TEST(Observers, Announcements_ReachEveryObserverInOrder) {
  RecordingObserver first;
  RecordingObserver second;
  Observers observers;
  observers.add(first);
  observers.add(second);
  observers.announce(std::vector<Announcement>{{.topic = "one", .id = 1}, {.topic = "two", .id = 2}});
  EXPECT_EQ(first.heard, (Heard{"one:1", "two:2"}));
  EXPECT_EQ(second.heard, first.heard);
}

TEST(Observers, TextOfAnotherProcess_IsAnAnnouncementOrAChangeThatNobodyCanName) {
  RecordingObserver observer;
  Observers observers;
  observers.add(observer);
  observers.hear("session:7");
  observers.hear("of_a_newer_version:1");
  observers.hear("schema");
  EXPECT_EQ(observer.heard, (Heard{"session:7", "of_a_newer_version:1", "unknown"}));
}

TEST(Observers, StateOfTheFeed_ReachesEveryObserver) {
  RecordingObserver first;
  RecordingObserver second;
  Observers observers;
  observers.add(first);
  observers.add(second);
  observers.feed_proved(BootTime::max());
  observers.feed_lost();
  EXPECT_EQ(first.heard, (Heard{"proved", "lost"}));
  EXPECT_EQ(second.heard, first.heard);
}

}  // namespace
}  // namespace gatehouse::database
