#include "passwords/retired_formats.hpp"

#include <gtest/gtest.h>

namespace gatehouse::passwords {
namespace {

TEST(RetiredFormats, NewOne_IsEmpty) { EXPECT_TRUE(RetiredFormats{}.all().empty()); }

TEST(RetiredFormats, SameFormatTwice_IsRememberedOnce) {
  RetiredFormats formats;
  formats.remember(Pbkdf2Cost{});
  formats.remember(Pbkdf2Cost{});
  formats.remember(Argon2idCost{});
  EXPECT_EQ(formats.all(), (std::vector<PhcFormat>{Pbkdf2Cost{}, Argon2idCost{}}));
}

TEST(RetiredFormats, MoreThanTheLimit_TheFirstStay) {
  RetiredFormats formats;
  for (std::uint32_t iterations = 1; iterations < 100; ++iterations) formats.remember(Pbkdf2Cost{iterations});
  const auto all = formats.all();
  ASSERT_EQ(all.size(), RetiredFormats::count_max);
  EXPECT_EQ(all.front(), PhcFormat{Pbkdf2Cost{1}});
  EXPECT_EQ(all.back(), PhcFormat{Pbkdf2Cost{RetiredFormats::count_max}});
}

}  // namespace
}  // namespace gatehouse::passwords
