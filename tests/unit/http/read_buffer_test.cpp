#include "http/read_buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::http {
namespace {

class ReadBufferTest : public ::testing::Test {
 protected:
  void receive(std::string_view text) {
    ASSERT_LE(text.size(), buffer_.room().size());
    text.copy(static_cast<char*>(buffer_.room().data()), text.size());
    buffer_.add(text.size());
  }
  [[nodiscard]] std::string all() const {
    return {static_cast<const char*>(buffer_.waste().data()), buffer_.waste().size()};
  }

  ReadBuffer buffer_{16};
};

TEST_F(ReadBufferTest, WhatArrives_WaitsUntilItIsConsumed) {
  EXPECT_TRUE(buffer_.is_empty());
  receive("header");
  receive("body");
  EXPECT_EQ(buffer_.waiting(), "headerbody");
  buffer_.consume(6);
  EXPECT_EQ(buffer_.waiting(), "body");
  EXPECT_EQ(buffer_.room().size(), 6U);
  buffer_.consume(4);
  EXPECT_TRUE(buffer_.is_empty());
}

TEST_F(ReadBufferTest, WhatIsLeftBehind_IsWiped) {
  receive("password:more");
  buffer_.consume(9);
  buffer_.move_to_front();
  EXPECT_EQ(buffer_.waiting(), "more");
  EXPECT_EQ(all().substr(0, 13), std::string("more") + std::string(9, '\0'));
  EXPECT_EQ(buffer_.room().size(), 12U);
}

TEST_F(ReadBufferTest, MovedBehindTheHeader_LeavesTheHeader) {
  receive("headbody");
  buffer_.consume(6);
  buffer_.move_to(static_cast<const char*>(buffer_.waste().data()) + 4);
  EXPECT_EQ(buffer_.waiting(), "dy");
  EXPECT_EQ(all().substr(0, 6), "headdy");
}

TEST_F(ReadBufferTest, WholeHeaderWithRoomBehindIt_StaysWhereItIs) {
  receive("ab|");
  buffer_.consume(1);
  buffer_.settle("|", 13);
  EXPECT_EQ(all()[0], 'a');
  buffer_.settle("|", 14);
  EXPECT_EQ(all()[0], 'b') << "too little room";
  buffer_.consume(1);
  buffer_.settle("?", 1);
  EXPECT_EQ(all()[0], '|') << "not whole";
}

}  // namespace
}  // namespace gatehouse::http
