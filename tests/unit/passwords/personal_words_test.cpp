#include "passwords/personal_words.hpp"

#include <gmock/gmock.h>

namespace gatehouse::passwords {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PersonalWords, NamesAndPartsOfTheAddress_AreFolded) {
  const std::vector<std::string> more{"gatehouse", "abc"};
  EXPECT_THAT(personal_words(
                  {.first_name = " Adalbert ", .last_name = "STRA\u00DFE", .email = "Big.Bert@Mail.Firm.co.uk"}, more),
              ElementsAre("adalbert", "strasse", "big.bert@mail.firm.co.uk", "big.bert", "mail", "firm", "gatehouse"));
}

TEST(PersonalWords, ShortWords_DoNotCount) {
  EXPECT_THAT(personal_words({.first_name = "Ada", .last_name = "\u738B", .email = "a@b.c"}, {}), ElementsAre("a@b.c"));
  EXPECT_THAT(personal_words({.first_name = "", .last_name = "", .email = ""}, {}), IsEmpty());
  EXPECT_THAT(personal_words({.first_name = {}, .last_name = {}, .email = "nobody"}, {}), ElementsAre("nobody"));
}

TEST(PersonalWords, PasswordsThatAreMostlyAWord_ArePersonal) {
  const std::vector<std::string> words{"lovelace", "bert"};
  for (const char* password : {"lovelace", "lovelace1843", "1843lovelace", "!!lovelace!!", "my love lovelace", "bert",
                               "bertbert", "xbertxxx"}) {
    EXPECT_TRUE(is_personal(password, words)) << password;
  }
  for (const char* password : {"lovelac", "my true love lovelace", "albertus 7", "correct horse", ""}) {
    EXPECT_FALSE(is_personal(password, words)) << password;
  }
}

TEST(PersonalWords, Lengths_AreCountedInCharacters) {
  const std::vector<std::string> words{"\u00FC\u00FC\u00FC\u00FC"};
  EXPECT_TRUE(is_personal("\u00FC\u00FC\u00FC\u00FC1234", words));
  EXPECT_FALSE(is_personal("\u00FC\u00FC\u00FC\u00FC12345", words));
}

}  // namespace
}  // namespace gatehouse::passwords
