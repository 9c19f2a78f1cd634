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
  for (std::uint32_t iterations = 1; iterations < 10; ++iterations) formats.remember(Pbkdf2Cost{iterations});
  EXPECT_EQ(formats.all(), (std::vector<PhcFormat>{Pbkdf2Cost{1}, Pbkdf2Cost{2}}));
}

}  // namespace
}  // namespace gatehouse::passwords
