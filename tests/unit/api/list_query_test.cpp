#include "api/list_query.hpp"

#include <gtest/gtest.h>

#include <string>

#include "api/path_id.hpp"

namespace gatehouse::api {
namespace {

class ListQueryTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::expected<ListQuery, FieldErrors> read(std::string_view query) const {
    return parse_list_query(query, cursor_);
  }
  [[nodiscard]] FieldErrors errors_of(std::string_view query) const {
    const auto result = read(query);
    return result ? FieldErrors{} : result.error();
  }

  const PageCursor cursor_{SecretString{"a secret of the service's own"}};
  crypto::SystemRandom random_;
};

TEST_F(ListQueryTest, NoParameters_AreTheWholeList) {
  for (const char* query : {"", "&", "&&"}) {
    const auto result = read(query);
    ASSERT_TRUE(result) << query;
    EXPECT_FALSE(result->limit);
    EXPECT_FALSE(result->after);
  }
}

TEST_F(ListQueryTest, Beginning_IsDecodedAndNotEmpty) {
  EXPECT_EQ(read("q=ann")->beginning, "ann");
  EXPECT_EQ(read("q=an+n%25")->beginning, "an n%");
  EXPECT_FALSE(read("limit=1")->beginning);
  for (const char* query : {"q=", "q=+", "q=%09%0A"}) {
    const FieldErrors errors = errors_of(query);
    ASSERT_EQ(errors.size(), 1u) << query;
    EXPECT_EQ(errors[0].field, "q");
    EXPECT_EQ(errors[0].code, "empty");
  }
  EXPECT_EQ(errors_of("q=a&q=b").at(0).code, "duplicate");
}

TEST_F(ListQueryTest, Limit_IsAWholeNumberWithinItsBounds) {
  EXPECT_EQ(read("limit=1")->limit, 1u);
  EXPECT_EQ(read("limit=1000")->limit, 1000u);
  for (const char* value : {"0", "-1", "+1", "1.5", "x", "", " 1", "99999999999999999999x"}) {
    const FieldErrors errors = errors_of(std::string{"limit="}.append(value));
    ASSERT_EQ(errors.size(), 1u) << value;
    EXPECT_EQ(errors[0].field, "limit");
    EXPECT_EQ(errors[0].message, "must be a whole number from 1 to 1000");
    EXPECT_EQ(errors[0].code, "out_of_range");
  }
}

TEST_F(ListQueryTest, LimitAboveTheMaximum_CountsAsTheMaximum) {
  for (const char* query : {"limit=1001", "limit=4294967296", "limit=99999999999999999999"}) {
    EXPECT_EQ(read(query)->limit, page_limit_max) << query;
  }
}

TEST_F(ListQueryTest, UnknownParameters_AreIgnored) {
  const auto result = read("_=1&page=2&sort=name&limit=3&x");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->limit, 3u);
  EXPECT_FALSE(read("page=2")->wants_page());
}

TEST_F(ListQueryTest, Email_IsDecoded) {
  EXPECT_EQ(read("email=ada%2Bx%40example.com")->email, "ada+x@example.com");
  EXPECT_EQ(read("email=")->email, "");
  EXPECT_FALSE(read("limit=1")->email);
}

TEST_F(ListQueryTest, ParameterGivenTwice_IsRefused) {
  EXPECT_EQ(errors_of("limit=1&limit=2").at(0).message, "is given more than once");
  EXPECT_EQ(errors_of("email=a&email=b").at(0).message, "is given more than once");
}

TEST_F(ListQueryTest, CursorThatWasNotWritten_IsRefused) {
  EXPECT_EQ(errors_of("after=AAAA").at(0).message, "must be the cursor from a Link header of this service");
}

TEST_F(ListQueryTest, CursorOfAnotherSecret_IsRefused) {
  const PageCursor other{SecretString{"another secret"}};
  const users::PagePosition position{.created_at = from_unix_us(1), .id = UserId{7}};
  EXPECT_TRUE(read("after=" + cursor_.write(position, random_))->after);
  EXPECT_EQ(errors_of("after=" + other.write(position, random_)).at(0).field, "after");
}

// 4,000 wrong parameters were once answered by 4,000 complaints.
TEST_F(ListQueryTest, ManyWrongParameters_GetFewComplaints) {
  std::string query;
  for (int i = 0; i < 4000; ++i) query += "limit=x&";
  EXPECT_EQ(errors_of(query).size(), 8u);
}

TEST(PathId, Digits_AreReadWithin64Bits) {
  EXPECT_EQ(parse_id<UserId>("7"), UserId{7});
  EXPECT_EQ(parse_id<UserId>("9223372036854775807"), UserId{9'223'372'036'854'775'807});
  for (const char* text : {"", "12abc", "-1", "+1", " 1", "1 ", "0x10", "9223372036854775808", "1/2"}) {
    EXPECT_FALSE(parse_id<UserId>(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::api
