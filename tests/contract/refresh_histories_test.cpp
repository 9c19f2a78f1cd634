#include <gtest/gtest.h>

#include <random>

#include "contract/refresh_fixture.hpp"

namespace gatehouse::flows {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr int histories = 40;
constexpr int steps = 40;

/// Somebody who has the tokens of a session.
struct Holder {
  std::string token;
  std::string attempt;  ///< of the current refresh, answered or not
  int attempts = 0;

  void begin(std::string_view name) {
    if (attempt.empty()) attempt = "the attempt of " + std::string{name} + " " + std::to_string(++attempts);
  }
  void take(std::string successor) {
    token = std::move(successor);
    attempt.clear();
  }
};

/// What must be true of a session, however it is stored.
struct Truth {
  std::int64_t generation = 0;
  TimePoint rotated_at{};
  std::string rotated_by;  ///< the attempt
  bool is_over = false;

  /// nullopt: the token is refreshed.
  std::optional<RefreshError> expect(std::int64_t presented, const std::string& attempt, TimePoint now) {
    if (is_over) return RefreshError::invalid;
    if (presented == generation) {
      *this = {.generation = generation + 1, .rotated_at = now, .rotated_by = attempt};
      return std::nullopt;
    }
    const bool is_last = presented + 1 == generation;
    if (is_last && (attempt == rotated_by || now - rotated_at <= seconds{30})) return std::nullopt;
    is_over = true;
    return RefreshError::reused;
  }
};

/// Random clients, thieves, losses and sleeps. A failure names its seed.
class RefreshHistoriesTest : public testing::RefreshFixture {
 protected:
  using Random = std::mt19937_64;
  enum class Loss { nothing, request, answer };

  static int draw(Random& random, int below) { return static_cast<int>(random() % static_cast<std::uint64_t>(below)); }

  /// One attempt of a holder; true if it is refused.
  bool use(Holder& holder, std::string_view name, Truth& truth, Loss loss) {
    holder.begin(name);
    if (loss == Loss::request) return false;
    const auto expected = truth.expect(generation_of(holder.token), holder.attempt, clock_.now());
    auto outcome = refresh(holder.token, holder.attempt);
    EXPECT_EQ(outcome ? std::nullopt : std::optional{outcome.error()}, expected);
    if (!outcome) return true;
    EXPECT_EQ(generation_of(outcome->pair.refreshable.refresh_token), truth.generation);
    if (loss == Loss::nothing) holder.take(std::move(outcome->pair.refreshable.refresh_token));
    return false;
  }

  static Loss draw_loss(Random& random) {
    const int drawn = draw(random, 10);
    return drawn < 2 ? Loss::request : drawn < 5 ? Loss::answer : Loss::nothing;
  }
  void sleep(Random& random) {
    if (draw(random, 3) != 0) clock_.advance(seconds{1 + draw(random, 20)});
    if (draw(random, 4) == 0) clock_.advance(minutes{1 + draw(random, 200)});
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, RefreshHistoriesTest, ::testing::ValuesIn(testing::backends()),
                         testing::backend_name);

TEST_P(RefreshHistoriesTest, OwnerWhoRepeatsAttempts_IsNeverLoggedOut) {
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Truth truth;
    Holder owner{.token = first_token(), .attempt = {}};
    for (int step = 0; step < steps; ++step) {
      ASSERT_FALSE(use(owner, "the owner", truth, draw_loss(random)));
      sleep(random);
    }
    ASSERT_FALSE(use(owner, "the owner", truth, Loss::nothing));
    EXPECT_LE(truth.generation, steps + 1);
  }
  EXPECT_TRUE(run(audit::AuditStore{*database_}.page({.type = "refresh.reused"}, std::nullopt, 1)).events.empty());
}

TEST_P(RefreshHistoriesTest, ThiefAndOwner_GetWhatTheOrderOfTheirUsesMakesDue) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Truth truth;
    Holder owner{.token = first_token(), .attempt = {}};
    std::optional<Holder> thief;
    const int theft_at = draw(random, steps / 2);
    for (int step = 0; step < steps; ++step) {
      if (step == theft_at) thief = Holder{.token = owner.token, .attempt = {}};
      const bool is_thief = thief && draw(random, 3) == 0;
      use(is_thief ? *thief : owner, is_thief ? "the thief" : "the owner", truth, draw_loss(random));
      sleep(random);
    }
    if (truth.is_over) ++found;
  }
  EXPECT_GT(found, histories / 2);
}

TEST_P(RefreshHistoriesTest, ThiefWhoRefreshesAfterTheOwner_IsFoundAtTheNextUseOfEither) {
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Truth truth;
    Holder owner{.token = first_token(), .attempt = {}};
    for (int step = draw(random, 5); step > 0; --step) use(owner, "the owner", truth, Loss::nothing);
    Holder thief{.token = owner.token, .attempt = {}};
    ASSERT_FALSE(use(owner, "the owner", truth, Loss::nothing));
    clock_.advance(seconds{draw(random, 60)});
    bool is_found = use(thief, "the thief", truth, Loss::nothing);
    if (!is_found) {
      // Within the grace both have the same successor. Whoever uses it second, and not at once, is found.
      Holder& first = draw(random, 2) == 0 ? owner : thief;
      Holder& second = &first == &owner ? thief : owner;
      ASSERT_FALSE(use(first, &first == &owner ? "the owner" : "the thief", truth, Loss::nothing));
      clock_.advance(beyond_grace);
      is_found = use(second, &second == &owner ? "the owner" : "the thief", truth, Loss::nothing);
    }
    EXPECT_TRUE(is_found);
    EXPECT_EQ(refusal(owner.token), RefreshError::invalid);
    EXPECT_EQ(refusal(thief.token), RefreshError::invalid);
  }
}

}  // namespace
}  // namespace gatehouse::flows
