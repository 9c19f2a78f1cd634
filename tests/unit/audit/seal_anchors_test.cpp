#include "audit/seal_anchors.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "audit/seal.hpp"
#include "base/text.hpp"

namespace gatehouse::audit {
namespace {

Hash hash_with(char byte) {
  Hash hash;
  hash.fill(byte);
  return hash;
}

std::string anchor_line(int seal, char byte) {
  return R"({"time":"2026-11-27T10:00:00.000Z","level":"info","event":"audit_sealed","seal":)" + std::to_string(seal) +
         R"(,"hash":")" + to_hex(bytes_of(hash_with(byte))) + "\",\"events\":3,\"key\":\"\"}\n";
}

SealAnchors read_anchors(const std::string& text) {
  std::istringstream log{text};
  return SealAnchors::read(log);
}

TEST(SealAnchorsTest, LinesOfSeals_AreRead) {
  const auto anchors = read_anchors(anchor_line(2, 'b') + anchor_line(1, 'a') + anchor_line(2, 'b'));
  EXPECT_EQ(anchors.size(), 2u);
  EXPECT_EQ(anchors.last_number(), 2);
  EXPECT_TRUE(anchors.agree(1, hash_with('a')));
  EXPECT_FALSE(anchors.agree(1, hash_with('b')));
  EXPECT_TRUE(anchors.agree(3, hash_with('c'))) << "no line tells of it";
}

TEST(SealAnchorsTest, WhatACollectorWritesInFront_IsSkipped) {
  std::string line = anchor_line(1, 'a');
  line.insert(line.size() - 1, "\r");
  EXPECT_EQ(read_anchors("gatehouse-1 | 2026-11-27 " + line).size(), 1u);
}

TEST(SealAnchorsTest, LinesThatDisagree_AgreeWithNothing) {
  const auto anchors = read_anchors(anchor_line(1, 'a') + anchor_line(1, 'b'));
  EXPECT_FALSE(anchors.agree(1, hash_with('a')));
  EXPECT_FALSE(anchors.agree(1, hash_with('b')));
}

TEST(SealAnchorsTest, OtherLines_AreNoAnchors) {
  const std::string hash = to_hex(bytes_of(hash_with('a')));
  EXPECT_TRUE(read_anchors("").empty());
  EXPECT_TRUE(read_anchors("audit_sealed\n{\n{}\nnonsense {\"event\":\"audit_sealed\"").empty());
  EXPECT_TRUE(read_anchors(R"({"event":"login","reason":"audit_sealed","seal":1,"hash":")" + hash + "\"}").empty());
  EXPECT_TRUE(read_anchors(R"({"event":"audit_sealed","seal":0,"hash":")" + hash + "\"}").empty());
  EXPECT_TRUE(read_anchors(R"({"event":"audit_sealed","seal":"1","hash":")" + hash + "\"}").empty());
  EXPECT_TRUE(read_anchors(R"({"event":"audit_sealed","seal":1,"hash":"00"})").empty());
  EXPECT_TRUE(read_anchors(R"({"event":"audit_sealed","seal":1,"hash":["00"]})").empty());
  EXPECT_FALSE(read_anchors("\n").last_number());
}

}  // namespace
}  // namespace gatehouse::audit
