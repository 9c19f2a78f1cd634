#include "api/api_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"

namespace gatehouse::api {
namespace {

using gatehouse::testing::read_section;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseOrigin, Origins_AreReadAsBrowsersSendThem) {
  EXPECT_EQ(*parse_origin("http://localhost:3000"), "http://localhost:3000");
  EXPECT_EQ(*parse_origin("HTTPS://App.Example.com"), "https://app.example.com");
  EXPECT_EQ(*parse_origin("https://a.example:443"), "https://a.example");
  EXPECT_EQ(*parse_origin("http://a.example:443"), "http://a.example:443");
  EXPECT_EQ(*parse_origin("http://[::1]:80"), "http://[::1]");
  EXPECT_EQ(*parse_origin("http://[::1]"), "http://[::1]");
  EXPECT_EQ(*parse_origin("https://a.example:443/"), "https://a.example");
}

TEST(ParseOrigin, AnythingElse_IsRefused) {
  for (const char* text : {"", "*", "null", "localhost:3000", "https://", "http:/", "https:///", "https://a.example//",
                           "https://a.example/x", "ftp://a.example", "https://user@a.example", "https://a.example:0",
                           "https://a.example:x", "https://a.example:70000", "https://*.example", "https://a example",
                           "http://[::1", "http://:80"}) {
    EXPECT_FALSE(parse_origin(text)) << text;
  }
}

TEST(ApiSettings, Origins_AreReadAsAList) {
  const auto read = read_section(api_section(), {{"ALLOWED_ORIGINS", "http://a.example, https://b.example:443"}});
  EXPECT_THAT(read.settings.allowed_origins, ElementsAre("http://a.example", "https://b.example"));
}

TEST(ApiSettings, OriginsThatAreNotSet_AreTheFrontendsOfDevelopment) {
  const auto here = read_section(api_section(), {}, config::Environment::development);
  EXPECT_THAT(here.settings.allowed_origins, ElementsAre("http://localhost:3000", "http://127.0.0.1:3000"));
  const auto production = read_section(api_section(), {}, config::Environment::production);
  EXPECT_THAT(production.settings.allowed_origins, ElementsAre());
  const auto none = read_section(api_section(), {{"ALLOWED_ORIGINS", "None"}}, config::Environment::development);
  EXPECT_THAT(none.settings.allowed_origins, ElementsAre());
}

TEST(ApiSettings, UnknownFields_AreIgnoredUnlessTheyAreToBeRefused) {
  EXPECT_EQ(read_section(api_section(), {}).settings.unknown_fields, http::UnknownFields::skip);
  EXPECT_EQ(read_section(api_section(), {{"UNKNOWN_FIELDS", "refuse"}}).settings.unknown_fields,
            http::UnknownFields::refuse);
}

TEST(ApiSettings, OriginThatIsNone_IsRefused) {
  for (const char* origins : {"*", "https://a.example/x", "http://localhost:3000,a.example"}) {
    EXPECT_THAT(read_section(api_section(), {{"ALLOWED_ORIGINS", origins}}).mistakes(),
                HasSubstr("ALLOWED_ORIGINS: must be a comma-separated list in which each entry is an origin"));
  }
}

}  // namespace
}  // namespace gatehouse::api
