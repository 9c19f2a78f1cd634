#include "mail/back_off.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace gatehouse::mail {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Draws one number, again and again.
class FixedRandom final : public crypto::Random {
 public:
  explicit FixedRandom(std::uint32_t number) : number_(number) {}
  void fill(std::span<std::byte> out) noexcept override {
    std::memcpy(out.data(), &number_, std::min(out.size(), sizeof number_));
  }

 private:
  std::uint32_t number_;
};

TEST(BackOff, Steps_GrowToAnHour) {
  FixedRandom middle{500};
  EXPECT_EQ(back_off_after(1, middle), seconds{30});
  EXPECT_EQ(back_off_after(2, middle), minutes{2});
  EXPECT_EQ(back_off_after(3, middle), minutes{10});
  EXPECT_EQ(back_off_after(4, middle), minutes{30});
  EXPECT_EQ(back_off_after(5, middle), minutes{60});
  EXPECT_EQ(back_off_after(1000, middle), minutes{60});
}

TEST(BackOff, Spread_IsAFifth) {
  FixedRandom least{0};
  FixedRandom most{1000};
  EXPECT_EQ(back_off_after(1, least), seconds{24});
  EXPECT_EQ(back_off_after(1, most), seconds{36});
}

}  // namespace
}  // namespace gatehouse::mail
