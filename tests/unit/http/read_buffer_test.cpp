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

  ReadBuffer buffer_{4096};
};

TEST_F(ReadBufferTest, WhatArrives_WaitsUntilItIsConsumed) {
  EXPECT_TRUE(buffer_.is_empty());
  receive("header");
  receive("body");
  EXPECT_EQ(buffer_.waiting(), "headerbody");
  buffer_.consume(6);
  EXPECT_EQ(buffer_.waiting(), "body");
  EXPECT_EQ(buffer_.room().size(), ReadBuffer::first_bytes - 10);
  buffer_.consume(4);
  EXPECT_TRUE(buffer_.is_empty());
}

TEST_F(ReadBufferTest, WhatIsLeftBehind_IsWiped) {
  receive("password:more");
  buffer_.consume(9);
  buffer_.move_to_front();
  EXPECT_EQ(buffer_.waiting(), "more");
  EXPECT_EQ(all().substr(0, 13), std::string("more") + std::string(9, '\0'));
  EXPECT_EQ(buffer_.room().size(), ReadBuffer::first_bytes - 4);
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
  buffer_.settle("|", ReadBuffer::first_bytes - 3);
  EXPECT_EQ(all()[0], 'a');
  buffer_.settle("|", ReadBuffer::first_bytes - 2);
  EXPECT_EQ(all()[0], 'b') << "too little room";
  buffer_.consume(1);
  buffer_.settle("?", 1);
  EXPECT_EQ(all()[0], '|') << "not whole";
}

TEST_F(ReadBufferTest, WithLessRoomThanIsWanted_GrowsOnceToItsCapacity) {
  const std::string header(ReadBuffer::first_bytes - 10, 'h');
  receive(header + "body");
  const std::string_view parsed = buffer_.waiting().substr(0, header.size());
  buffer_.consume(header.size() + 2);
  EXPECT_TRUE(buffer_.make_room(6));
  EXPECT_EQ(buffer_.room().size(), 6U);
  EXPECT_TRUE(buffer_.make_room(7));
  EXPECT_EQ(buffer_.waiting(), "dy");
  EXPECT_EQ(buffer_.room().size(), 4094U);
  EXPECT_EQ(parsed, header) << "a request goes on to use its header";
  receive("more");
  buffer_.consume(3);
  buffer_.move_to(parsed.data() + parsed.size());
  EXPECT_EQ(buffer_.waiting(), "ore");
  EXPECT_EQ(all().substr(0, 3), "ore");
  EXPECT_TRUE(buffer_.make_room(4097)) << "there is some";
  receive(std::string(4093, 'x'));
  EXPECT_FALSE(buffer_.make_room(1));
}

TEST_F(ReadBufferTest, PlaceInTheGrownBuffer_WasTakenForOneThatWasLeftBehind) {
  receive(std::string(ReadBuffer::first_bytes, 'x'));
  buffer_.consume(1000);
  ASSERT_TRUE(buffer_.make_room(1));
  receive("field|body");
  buffer_.consume(24 + 8);
  buffer_.move_to(static_cast<const char*>(buffer_.waste().data()) + 24 + 6);
  EXPECT_EQ(all().substr(24, 8), "field|dy");
}

// The outgrown part once stayed until the next request, with the key and the password of the last one.
TEST_F(ReadBufferTest, BetweenRequests_WhatItGrewOutOfWasKept) {
  receive(std::string(ReadBuffer::first_bytes, 'x'));
  ASSERT_TRUE(buffer_.make_room(1));
  buffer_.consume(ReadBuffer::first_bytes);
  buffer_.move_to_front();
  receive("abcd");
  buffer_.consume(3);
  buffer_.move_to(static_cast<const char*>(buffer_.waste().data()) + 2);
  EXPECT_EQ(all().substr(0, 3), "abd") << "it still has two parts";
}

TEST_F(ReadBufferTest, AfterItGrew_TheNextRequestIsInOneBuffer) {
  receive(std::string(ReadBuffer::first_bytes, 'x'));
  ASSERT_TRUE(buffer_.make_room(1));
  receive("ab|cd");
  buffer_.consume(ReadBuffer::first_bytes);
  buffer_.settle("|", 8);
  buffer_.consume(4);
  buffer_.move_to(static_cast<const char*>(buffer_.waste().data()) + ReadBuffer::first_bytes + 3);
  EXPECT_EQ(all().substr(ReadBuffer::first_bytes, 4), "ab|d");
}

}  // namespace
}  // namespace gatehouse::http
