#include "passwords/filter_build.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "crypto/sha1.hpp"
#include "passwords/breach_filter.hpp"
#include "passwords/key_sorter.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::passwords {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string hash_of(std::string_view password) {
  const crypto::Sha1 digest = crypto::sha1(password);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

class FilterBuildTest : public ::testing::Test {
 protected:
  std::expected<FilterBuilt, std::string> build(std::string_view text, bool is_plain = false,
                                                std::uint64_t count_min = 1) {
    std::ofstream{in_, std::ios::binary} << text;
    return build_filter({.in = in_, .out = out_, .is_plain = is_plain, .count_min = count_min});
  }
  [[nodiscard]] bool contains(std::string_view password) const {
    return (*BreachFilter::open(out_))->contains(password);
  }
  /// The names of the files beside the list.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder_.path()}) {
      if (entry.path() != in_) names.push_back(entry.path().filename().string());
    }
    return names;
  }

  const testing::TemporaryDirectory folder_;
  const std::string in_ = (folder_.path() / "list").string();
  const std::string out_ = (folder_.path() / "filter").string();
};

/// The lines of a public list: in the order of the hashes, each seen as often as its number says.
std::string hash_lines(int count) {
  std::vector<std::string> lines;
  for (int i = 1; i <= count; ++i) {
    std::string line = hash_of("p" + std::to_string(i)) + ":" + std::to_string(i);
    std::ranges::transform(line, line.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    lines.push_back(line);
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\r\n");
  return text;
}

TEST_F(FilterBuildTest, SortedHashes_MakeAFilterThatIsWhole) {
  const auto built = build(hash_lines(500));
  ASSERT_TRUE(built) << built.error();
  EXPECT_EQ(built->lines, 500u);
  EXPECT_EQ(built->keys, 500u);
  EXPECT_EQ(built->file_bytes, std::filesystem::file_size(out_));
  EXPECT_TRUE(check_filter(out_));
  for (int i = 1; i <= 500; ++i) EXPECT_TRUE(contains("p" + std::to_string(i)));
  EXPECT_FALSE(contains("another"));
  EXPECT_THAT(files(), ElementsAre("filter"));
}

TEST_F(FilterBuildTest, CountMin_LeavesOutWhatWasSeenLessOften) {
  ASSERT_EQ(build(hash_lines(500), false, 400)->keys, 101u);
  EXPECT_TRUE(contains("p400"));
  EXPECT_FALSE(contains("p399"));
  ASSERT_EQ(build("twice\nonce\ntwice\n", true, 2)->keys, 1u);
  EXPECT_TRUE(contains("twice"));
  EXPECT_FALSE(contains("once"));
}

TEST_F(FilterBuildTest, PlainPasswords_AreHashedAsTheServiceHashesThem) {
  const std::string too_long(1025, 'x');
  const auto built = build("zebra crossing\nanother one\r\nzebra crossing\n\ne\u0301t\u00E9\n\xFF\xFE\n" + too_long +
                               "\n" + std::string(20'000, 'y') + "\n a b \nlast without an end",
                           true);
  ASSERT_TRUE(built) << built.error();
  EXPECT_EQ(built->lines, 10u);
  EXPECT_EQ(built->keys, 5u);
  EXPECT_EQ(built->skipped_lines, 4u);
  for (const char* password : {"zebra crossing", "another one", "\u00E9t\u00E9", " a b ", "last without an end"}) {
    EXPECT_TRUE(contains(password)) << password;
  }
  for (const char* password : {"", "a b", "Zebra crossing", "e\u0301t\u00E9"}) {
    EXPECT_FALSE(contains(password)) << password;
  }
}

TEST_F(FilterBuildTest, ListsThatAreNone_AreRefusedWithTheLine) {
  const std::string first = "00000000A8DAE4228F821FB418F59826079BF368";
  const std::string second = "00000001FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
  EXPECT_TRUE(build(first + "\n" + second)) << "counts may be missing";
  EXPECT_THAT(build(second + ":1\n" + first + ":2\n").error(), HasSubstr("line 2: is not in the order of the hashes"));
  for (const std::string& bad : {std::string{"password"}, first.substr(1), first + "0", first + ":", first + ":x",
                                 first + ":1x", first + " :1", "G" + first.substr(1)}) {
    EXPECT_THAT(build(first + ":1\n" + bad + "\n").error(), HasSubstr("line 2: is not SHA1HEX:count")) << bad;
  }
  EXPECT_THAT(build("").error(), HasSubstr("is empty"));
}

TEST_F(FilterBuildTest, ARefusedList_LeavesTheOldFilter) {
  ASSERT_TRUE(build("old password", true));
  ASSERT_FALSE(build("no list of hashes"));
  EXPECT_TRUE(contains("old password"));
  EXPECT_THAT(files(), ElementsAre("filter"));
}

TEST_F(FilterBuildTest, FilesThatCannotBeUsed_AreNamed) {
  EXPECT_THROW(static_cast<void>(build_filter({.in = out_, .out = out_})), std::runtime_error);
  std::ofstream{in_} << "x";
  const std::string nowhere = (folder_.path() / "no" / "filter").string();
  try {
    static_cast<void>(build_filter({.in = in_, .out = nowhere, .is_plain = true}));
    FAIL();
  } catch (const std::runtime_error& failure) {
    EXPECT_THAT(failure.what(), HasSubstr(nowhere + " cannot be written: No such file"));
  }
}

TEST_F(FilterBuildTest, HashesThatBeginAlike_AreRefused) {
  std::string text;
  char line[64];
  for (unsigned i = 0; i < 1'300'000; ++i) {
    std::snprintf(line, sizeof line, "00000000%08X000000000000000000000000:1\n", i);
    text += line;
  }
  EXPECT_THAT(build(text).error(), HasSubstr("too many hashes that begin alike"));
}

TEST(KeySorter, MoreKeysThanARun_ComeInOrderAndCounted) {
  const testing::TemporaryDirectory folder;
  KeySorter sorter{(folder.path() / "keys").string()};
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file has no name";
  std::mt19937_64 random{1};
  constexpr std::uint64_t added = KeySorter::run_keys + 1'000;
  constexpr std::uint64_t different = 10'000;
  bool all_added = true;
  for (std::uint64_t i = 0; i < added; ++i) all_added = sorter.add(random() % different) && all_added;
  EXPECT_TRUE(all_added);
  sorter.finish_adding();
  EXPECT_EQ(sorter.keys(), added);
  std::vector<std::uint64_t> keys;
  std::uint64_t all = 0;
  while (const auto counted = sorter.next()) {
    keys.push_back(counted->key);
    all += counted->count;
  }
  EXPECT_EQ(keys.size(), different);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  EXPECT_EQ(all, added);
}

}  // namespace
}  // namespace gatehouse::passwords
