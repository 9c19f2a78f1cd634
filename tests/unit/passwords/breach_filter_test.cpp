#include "passwords/breach_filter.hpp"

#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "crypto/sha1.hpp"
#include "passwords/filter_writer.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::passwords {
namespace {

using ::testing::HasSubstr;

class BreachFilterTest : public ::testing::Test {
 protected:
  BreachFilterTest() {
    std::vector<std::uint64_t> keys;
    for (int i = 0; i < 1'000; ++i) keys.push_back(filter_key(crypto::sha1(password(i))));
    std::ranges::sort(keys);
    FilterWriter writer{path_, 2};
    for (const std::uint64_t key : keys) EXPECT_TRUE(writer.add(key));
    EXPECT_TRUE(writer.finish());
    bytes_ = read();
  }

  static std::string password(int number) { return "stolen password " + std::to_string(number); }

  [[nodiscard]] std::string read() const {
    std::ifstream file{path_, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  /// Writes another file, because the one before may be mapped.
  [[nodiscard]] std::string written(std::string_view bytes) const {
    const std::string path = (folder_.path() / "changed").string();
    std::ofstream{path, std::ios::binary} << bytes;
    return path;
  }
  [[nodiscard]] std::string refusal_of(std::string_view bytes) const {
    const auto opened = BreachFilter::open(written(bytes));
    return opened ? "" : opened.error();
  }
  [[nodiscard]] std::string changed_at(std::size_t place, char byte) const {
    std::string bytes = bytes_;
    bytes[place] = byte;
    return bytes;
  }

  const testing::TemporaryDirectory folder_;
  const std::string path_ = (folder_.path() / "filter").string();
  std::string bytes_;
};

TEST_F(BreachFilterTest, EveryMember_IsFoundAndOthersAreNot) {
  const auto filter = BreachFilter::open(path_);
  ASSERT_TRUE(filter) << filter.error();
  EXPECT_EQ((*filter)->header().keys, 1'000u);
  EXPECT_EQ((*filter)->header().partition_bits, 2u);
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE((*filter)->contains(password(i))) << i;
  int found = 0;
  for (int i = 1'000; i < 2'000; ++i) found += (*filter)->contains(password(i)) ? 1 : 0;
  EXPECT_LE(found, 1);
}

TEST_F(BreachFilterTest, PartitionsWithoutKeys_HoldNothing) {
  FilterWriter writer{path_, 3};
  const std::uint64_t key = std::uint64_t{5} << 61U;
  ASSERT_TRUE(writer.add(key));
  ASSERT_TRUE(writer.add(key)) << "the same once more";
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(writer.keys(), 1u);
  const std::string bytes = read();
  const auto view = FilterView::read(std::as_bytes(std::span{bytes}));
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->contains(key));
  for (std::uint64_t partition : {0U, 1U, 4U, 6U, 7U}) EXPECT_FALSE(view->contains(partition << 61U));
}

TEST_F(BreachFilterTest, EveryTruncation_IsRefused) {
  for (std::size_t length = 0; length < bytes_.size(); length += length < 200 ? 1 : 97) {
    EXPECT_NE(refusal_of(std::string_view{bytes_}.substr(0, length)), "") << length;
  }
  EXPECT_THAT(refusal_of(bytes_ + "x"), HasSubstr("does not have the length"));
  EXPECT_THAT(refusal_of(""), HasSubstr("too short"));
}

TEST_F(BreachFilterTest, EveryChangeOfHeaderAndDirectory_IsRefusedOrFoundBySha256) {
  constexpr std::size_t directory_end = filter_header_bytes + 4 * filter_entry_bytes;
  for (std::size_t place = 0; place < directory_end; ++place) {
    const std::string path = written(changed_at(place, static_cast<char>(bytes_[place] ^ 0x40)));
    // The number of keys is only shown to people; nothing depends on it.
    const bool is_count = place >= 16 && place < 24;
    EXPECT_EQ(check_filter(path).has_value(), is_count) << place;
  }
}

TEST_F(BreachFilterTest, DamageOfEachKind_HasItsReason) {
  EXPECT_THAT(refusal_of(changed_at(0, 'X')), HasSubstr("is not a breach filter"));
  EXPECT_THAT(refusal_of(changed_at(6, 2)), HasSubstr("is not a breach filter")) << "another version";
  EXPECT_THAT(refusal_of(changed_at(8, 17)), HasSubstr("is not a breach filter")) << "too many partitions";
  EXPECT_THAT(refusal_of(changed_at(8, 3)), HasSubstr("damaged directory"));
  EXPECT_THAT(refusal_of(changed_at(8, 16)), HasSubstr("too short")) << "no place for the directory";
  EXPECT_THAT(refusal_of(changed_at(64, 1)), HasSubstr("damaged directory")) << "another offset";
  EXPECT_THAT(refusal_of(changed_at(80, 3)), HasSubstr("damaged directory")) << "no power of two";
  EXPECT_THAT(refusal_of(changed_at(87, 0x7f)), HasSubstr("damaged directory")) << "more segments than there is file";
}

TEST_F(BreachFilterTest, AChangedFingerprint_IsFoundBySha256Alone) {
  const std::string path = written(changed_at(bytes_.size() - 1, static_cast<char>(bytes_.back() ^ 1)));
  EXPECT_TRUE(BreachFilter::open(path));
  EXPECT_THAT(check_filter(path).error(), HasSubstr("SHA-256"));
  EXPECT_TRUE(check_filter(path_));
}

TEST_F(BreachFilterTest, WhatIsNoFile_IsRefused) {
  EXPECT_THAT(BreachFilter::open((folder_.path() / "none").string()).error(),
              HasSubstr("cannot be opened: No such file"));
  EXPECT_THAT(BreachFilter::open(folder_.path().string()).error(), HasSubstr("is not a file"));
}

TEST_F(BreachFilterTest, AReplacedFile_LeavesTheMappedOneAsItWas) {
  const auto filter = BreachFilter::open(path_);
  ASSERT_TRUE(filter);
  FilterWriter writer{path_, 0};
  ASSERT_TRUE(writer.finish());
  EXPECT_TRUE((*filter)->contains(password(1)));
  EXPECT_FALSE((*BreachFilter::open(path_))->contains(password(1)));
}

TEST_F(BreachFilterTest, AWriterThatDoesNotFinish_LeavesNoFile) {
  {
    FilterWriter writer{path_, 0};
    EXPECT_TRUE(writer.add(1));
  }
  EXPECT_EQ(read(), bytes_);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder_.path()}, {}), 1);
}

}  // namespace
}  // namespace gatehouse::passwords
