#include "limits/limit_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using gatehouse::testing::read_section;
using ::testing::HasSubstr;

TEST(LimitSettings, Defaults_AreWhatTheDocumentsSay) {
  const LimitSettings defaults;
  for (const auto& row : limit_section().rows) {
    LimitSettings read;
    read.quotas = {};
    ASSERT_TRUE(row.read(read, row.default_text)) << row.name;
    for (std::size_t i = 0; i < policy_count; ++i) {
      if (read.quotas[i]) {
        EXPECT_EQ(read.quotas[i], defaults.quotas[i]) << row.name;
      }
    }
    EXPECT_EQ(read.entries_max, defaults.entries_max);
  }
}

TEST(LimitSettings, Quotas_AreReadOrSwitchedOff) {
  const auto read = read_section(limit_section(), {{"RATE_LIMIT_LOGIN", "5/10m/3"}, {"RATE_LIMIT_ADDRESS", "off"}});
  EXPECT_EQ(read.settings.of(Policy::login), (Quota{5, 600s, 3}));
  EXPECT_EQ(read.settings.of(Policy::address), std::nullopt);
}

TEST(LimitSettings, WhatIsNoQuota_IsRefused) {
  for (const char* text : {"60", "60/5m", "0/5m/20", "60/5m/0", "60/500ms/20", "60/5m/20/1", "a/b/c", "60/5m/"}) {
    EXPECT_THAT(read_section(limit_section(), {{"RATE_LIMIT_LOGIN", text}}).mistakes(),
                HasSubstr("RATE_LIMIT_LOGIN: must be off, or units/window/burst"))
        << text;
  }
}

}  // namespace
}  // namespace gatehouse::limits
