#include "http/trace_ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gatehouse::http {
namespace {

TEST(TraceIds, ValidParent_KeepsItsTrace) {
  crypto::SystemRandom random;
  TraceIds ids{random};
  TraceIds::Buffer buffer;
  constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(ids.assign("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", buffer), trace);
  EXPECT_EQ(ids.assign("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", buffer), trace);
  // A later version may have more after the flags.
  EXPECT_EQ(ids.assign("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future", buffer), trace);
}

TEST(TraceIds, AnythingElse_BeginsATrace) {
  crypto::SystemRandom random;
  TraceIds ids{random};
  std::set<std::string> made;
  for (const char* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
                           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.x",
                           "00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01"}) {
    TraceIds::Buffer buffer;
    const std::string id{ids.assign(text, buffer)};
    EXPECT_EQ(id.size(), TraceIds::length) << text;
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    EXPECT_TRUE(made.insert(id).second) << id;
  }
}

}  // namespace
}  // namespace gatehouse::http
