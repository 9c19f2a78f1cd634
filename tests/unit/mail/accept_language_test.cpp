#include "mail/accept_language.hpp"

#include <gmock/gmock.h>

namespace gatehouse::mail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(PreferredLanguages, Weights_DecideAndThenTheOrder) {
  EXPECT_THAT(preferred_languages("da, en-GB;q=0.8, en;q=0.7"), ElementsAre("da", "en-gb", "en"));
  EXPECT_THAT(preferred_languages("fr;q=0.5, de;q=0.9,pt-BR , it;q=0.9"), ElementsAre("pt-br", "de", "it", "fr"));
  EXPECT_THAT(preferred_languages("a;q=0.001,b;q=1.000,c;Q=0.01"), ElementsAre("b", "c", "a"));
}

TEST(PreferredLanguages, StarAndWeightZero_AreLeftOut) {
  EXPECT_THAT(preferred_languages("*, de;q=0, de-CH;q=0.000"), IsEmpty());
}

TEST(PreferredLanguages, MalformedEntries_AreLeftOut) {
  EXPECT_THAT(preferred_languages("de;q=2, en;q=1.001, fr;q=x, it;level=1, 1a, -, de-, toolonglanguage, es"),
              ElementsAre("es"));
  EXPECT_THAT(preferred_languages("de;q=0.1234"), IsEmpty());
  EXPECT_THAT(preferred_languages("../../etc, de\n"), IsEmpty());
  EXPECT_THAT(preferred_languages(",, ,"), IsEmpty());
  EXPECT_THAT(preferred_languages(""), IsEmpty());
}

TEST(PreferredLanguages, ManyEntries_AreCut) {
  std::string header;
  for (int i = 0; i < 100; ++i) header += "de,";
  EXPECT_THAT(preferred_languages(header), SizeIs(languages_max));
  EXPECT_THAT(preferred_languages(std::string(2000, ' ') + "de"), IsEmpty());
}

TEST(LanguageTag, Forms_AreTold) {
  for (const char* tag : {"de", "de-CH", "zh-Hant-TW", "sl-rozaj-1994"}) EXPECT_TRUE(is_language_tag(tag)) << tag;
  for (const char* text : {"", "1e", "de_CH", "de-", "-de", "de--CH", "abcdefghi"}) {
    EXPECT_FALSE(is_language_tag(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::mail
