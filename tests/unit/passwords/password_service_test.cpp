#include "passwords/password_service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <list>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "support/run_task.hpp"

namespace gatehouse::passwords {
namespace {

using namespace std::chrono_literals;
using passwords::PasswordScheme;

constexpr CostParameters cheap{.argon2id = {.memory_kib = 64, .passes = 1}, .pbkdf2 = {.iterations = 20}};

/// john@example.com of the Express service's development seeds.
const StoredPassword express_row{
    .hash =
        "68a98bd442e156e57b61e9b7913f18141ead88e9d2ec36bd1f8328a71c42836502169c0ca34ed79867f74566c3b6de13096ef4bf6d0d"
        "1c81e0aa6f4e0d7bc630",
    .salt = "a5c08ed4651738e1536150657b032030"};

class PasswordServiceTest : public ::testing::Test {
 protected:
  PasswordService service(PasswordScheme scheme = PasswordScheme::argon2id, const CostParameters& costs = cheap) {
    return PasswordService{pool_, passwords::PasswordSettings{.scheme = scheme}, random_, costs};
  }

  Verdict verify(PasswordService& passwords, std::string_view password, std::optional<StoredPassword> stored) {
    return testing::run_task(io_, passwords.verify(SecretString{password}, std::move(stored)));
  }

  StoredPassword hash(PasswordService& passwords, std::string_view password) {
    return {.hash = testing::run_task(io_, passwords.hash(SecretString{password})), .salt = {}};
  }

  boost::asio::io_context io_{1};
  crypto::SystemRandom random_;
  runtime::WorkerPool pool_{{.name = "hashing", .threads = 2, .nice = 0, .queue_max = 4, .wait_max = 10s}};
};

TEST_F(PasswordServiceTest, Verify_RightPassword_Matches) {
  for (const auto scheme : {PasswordScheme::argon2id, PasswordScheme::pbkdf2_sha512}) {
    PasswordService passwords = service(scheme);
    const StoredPassword stored = hash(passwords, "correct horse");
    const Verdict verdict = verify(passwords, "correct horse", stored);
    EXPECT_TRUE(verdict.matches);
    EXPECT_FALSE(verdict.replacement);
  }
}

TEST_F(PasswordServiceTest, Verify_WrongPassword_DoesNotMatchAndReplacesNothing) {
  PasswordService passwords = service();
  passwords.set_express_hashes_present(true);
  for (const auto& stored : {hash(passwords, "correct horse"), express_row}) {
    const Verdict verdict = verify(passwords, "correct horsf", stored);
    EXPECT_FALSE(verdict.matches);
    EXPECT_FALSE(verdict.replacement);
  }
}

TEST_F(PasswordServiceTest, Verify_NothingStoredOrUnreadable_NeverMatches) {
  PasswordService passwords = service();
  for (const bool express : {false, true}) {
    passwords.set_express_hashes_present(express);
    EXPECT_FALSE(verify(passwords, "password", std::nullopt).matches);
    EXPECT_FALSE(verify(passwords, "password", StoredPassword{}).matches);
    for (const std::string garbage : {"", "password", "$", "$argon2id$v=19$m=64,t=1,p=1$", "\xff\xfe"}) {
      EXPECT_FALSE(verify(passwords, "password", StoredPassword{.hash = garbage, .salt = {}}).matches);
      EXPECT_FALSE(verify(passwords, "password", StoredPassword{.hash = garbage, .salt = "salt"}).matches);
    }
  }
}

TEST_F(PasswordServiceTest, Verify_CostAboveTheLimits_IsNeverRun) {
  PasswordService passwords = service();
  // 4 TiB: were it tried, the answer would be an exception instead of a verdict.
  const StoredPassword stored{.hash =
                                  "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                  "K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE",
                              .salt = {}};
  EXPECT_FALSE(verify(passwords, "password", stored).matches);
}

TEST_F(PasswordServiceTest, Verify_ExpressRow_MatchesAndIsReplacedByTheCurrentScheme) {
  PasswordService passwords = service();
  const Verdict verdict = verify(passwords, "password123", express_row);
  EXPECT_TRUE(verdict.matches);
  ASSERT_TRUE(verdict.replacement);
  EXPECT_TRUE(verdict.replacement->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  const Verdict again = verify(passwords, "password123", StoredPassword{.hash = verdict.replacement, .salt = {}});
  EXPECT_TRUE(again.matches);
  EXPECT_FALSE(again.replacement);
}

TEST_F(PasswordServiceTest, Verify_SchemeOrParametersChanged_MatchesAndIsReplaced) {
  PasswordService argon2id = service(PasswordScheme::argon2id);
  PasswordService pbkdf2 = service(PasswordScheme::pbkdf2_sha512);
  CostParameters dearer = cheap;
  dearer.argon2id.passes = 2;
  PasswordService stronger = service(PasswordScheme::argon2id, dearer);

  const StoredPassword stored = hash(argon2id, "correct horse");
  const Verdict to_pbkdf2 = verify(pbkdf2, "correct horse", stored);
  ASSERT_TRUE(to_pbkdf2.matches && to_pbkdf2.replacement);
  EXPECT_TRUE(to_pbkdf2.replacement->starts_with("$pbkdf2-sha512$i=20$"));
  const Verdict to_stronger = verify(stronger, "correct horse", stored);
  ASSERT_TRUE(to_stronger.matches && to_stronger.replacement);
  EXPECT_TRUE(to_stronger.replacement->starts_with("$argon2id$v=19$m=64,t=2,p=1$"));
}

TEST_F(PasswordServiceTest, Verify_ManyRetiredFormats_StayCheckable) {
  PasswordService current = service();
  for (std::uint32_t passes = 2; passes < 7; ++passes) {
    CostParameters costs = cheap;
    costs.argon2id.passes = passes;
    PasswordService earlier = service(PasswordScheme::argon2id, costs);
    const StoredPassword stored = hash(earlier, "correct horse");
    EXPECT_FALSE(verify(current, "wrong", stored).matches);
    EXPECT_TRUE(verify(current, "correct horse", stored).matches);
  }
}

TEST_F(PasswordServiceTest, NewPasswordInAnotherComposition_IsTheSame) {
  PasswordService passwords = service();
  for (const char* chosen : {"caf\u00E9", "cafe\u0301"}) {
    const StoredPassword stored = hash(passwords, chosen);
    for (const char* typed : {"caf\u00E9", "cafe\u0301"}) {
      const Verdict verdict = verify(passwords, typed, stored);
      EXPECT_TRUE(verdict.matches) << chosen << typed;
      EXPECT_FALSE(verdict.replacement) << chosen << typed;
    }
    EXPECT_FALSE(verify(passwords, "cafe", stored).matches);
    EXPECT_FALSE(verify(passwords, "CAF\u00C9", stored).matches);
  }
}

TEST_F(PasswordServiceTest, OldHashOfAnotherComposition_VerifiesAsTypedAndIsReplacedByTheComposedOne) {
  PasswordService passwords = service();
  const Phc old = hash_password("cafe\u0301", cheap.argon2id, std::string(new_salt_bytes, 's'));
  const StoredPassword stored{.hash = to_text(old), .salt = {}};
  EXPECT_FALSE(verify(passwords, "caf\u00E9", stored).matches);
  const Verdict verdict = verify(passwords, "cafe\u0301", stored);
  ASSERT_TRUE(verdict.matches && verdict.replacement);
  const StoredPassword replaced{.hash = verdict.replacement, .salt = {}};
  EXPECT_TRUE(verify(passwords, "caf\u00E9", replaced).matches);
  EXPECT_TRUE(verify(passwords, "cafe\u0301", replaced).matches);
}

TEST_F(PasswordServiceTest, Verify_EmptyPassword_NeverMatches) {
  PasswordService passwords = service();
  const Phc phc = hash_password("", cheap.argon2id, std::string(new_salt_bytes, 's'));
  EXPECT_FALSE(verify(passwords, "", StoredPassword{.hash = to_text(phc), .salt = {}}).matches);
}

TEST_F(PasswordServiceTest, Verify_PasswordLongerThanNewOnesMayBe_MatchesWholeAndIsHashedAgain) {
  PasswordService passwords = service();
  const std::string password(60'000, 'x');
  const std::string digest = pbkdf2_sha512(password, "salt", ExpressHash::iterations, ExpressHash::digest_bytes);
  const StoredPassword express{.hash = to_hex(digest), .salt = "salt"};
  EXPECT_FALSE(verify(passwords, password.substr(1), express).matches);
  const Verdict verdict = verify(passwords, password, express);
  ASSERT_TRUE(verdict.matches);
  const StoredPassword replaced{.hash = verdict.replacement, .salt = {}};
  EXPECT_TRUE(verify(passwords, password, replaced).matches);
  EXPECT_FALSE(verify(passwords, password.substr(0, password_bytes_max), replaced).matches);
}

TEST_F(PasswordServiceTest, Verify_LongestPassword_ItsLastByteMatters) {
  PasswordService passwords = service();
  std::string password(password_bytes_max, 'x');
  const StoredPassword stored = hash(passwords, password);
  EXPECT_TRUE(verify(passwords, password, stored).matches);
  password.back() = 'y';
  EXPECT_FALSE(verify(passwords, password, stored).matches);
}

TEST_F(PasswordServiceTest, Hash_SamePasswordTwice_GivesDifferentStrings) {
  PasswordService passwords = service();
  EXPECT_NE(hash(passwords, "correct horse").hash, hash(passwords, "correct horse").hash);
}

TEST_F(PasswordServiceTest, Hash_DefaultCosts_AreTheDocumentedOnes) {
  PasswordService argon2id = service(PasswordScheme::argon2id, {});
  EXPECT_TRUE(hash(argon2id, "correct horse").hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  PasswordService pbkdf2 = service(PasswordScheme::pbkdf2_sha512, {});
  EXPECT_TRUE(hash(pbkdf2, "correct horse").hash->starts_with("$pbkdf2-sha512$i=210000$"));
}

TEST_F(PasswordServiceTest, Hash_EmptyOrOverlongPassword_Throws) {
  PasswordService passwords = service();
  EXPECT_THROW(hash(passwords, ""), std::invalid_argument);
  EXPECT_THROW(hash(passwords, std::string(password_bytes_max + 1, 'x')), std::invalid_argument);
}

TEST_F(PasswordServiceTest, ExpressHashes_CountAsPresentUntilSomebodyLookedAndAfterOneIsMet) {
  PasswordService passwords = service();
  EXPECT_TRUE(passwords.express_hashes_present());
  passwords.set_express_hashes_present(false);
  verify(passwords, "wrong", hash(passwords, "correct horse"));
  EXPECT_FALSE(passwords.express_hashes_present());
  verify(passwords, "wrong", express_row);
  EXPECT_TRUE(passwords.express_hashes_present());
}

// Before the formats are known, a row of the other scheme must not be the first to make checks of its scheme.
TEST_F(PasswordServiceTest, FirstFailingLoginAfterTheStart_CostsTheSameForEveryAccount) {
  for (const auto scheme : {PasswordScheme::argon2id, PasswordScheme::pbkdf2_sha512}) {
    PasswordService passwords = service(scheme);
    PasswordService argon2id = service(PasswordScheme::argon2id);
    PasswordService pbkdf2 = service(PasswordScheme::pbkdf2_sha512);
    const Decoy decoy{.salt = std::string(new_salt_bytes, 's'), .digest = std::string(64, 'd')};
    const auto formats_of = [&](const std::optional<StoredPassword>& stored) {
      std::vector<std::string> formats;
      for (const auto& check : plan_of_checks(read_stored(stored), passwords.formats_in_use(), decoy)) {
        const Phc* phc = std::get_if<Phc>(&check.hash);
        formats.push_back(phc == nullptr ? "express" : to_text({.format = phc->format, .salt = {}, .digest = {}}));
      }
      return formats;
    };
    const auto unknown = formats_of(std::nullopt);
    EXPECT_EQ(unknown.size(), 3U);
    EXPECT_EQ(formats_of(express_row), unknown);
    EXPECT_EQ(formats_of(hash(argon2id, "x")), unknown);
    EXPECT_EQ(formats_of(hash(pbkdf2, "x")), unknown);
    passwords.set_formats_known();
    EXPECT_EQ(formats_of(std::nullopt).size(), 2U);
    passwords.remember_format_of(*hash(argon2id, "x").hash);
    passwords.remember_format_of(*hash(pbkdf2, "x").hash);
    EXPECT_EQ(formats_of(std::nullopt), unknown);
  }
}

/// Five formats in use, and what the checks of each have cost.
class ManyFormatsTest : public PasswordServiceTest {
 protected:
  ManyFormatsTest() {
    passwords_.set_express_hashes_present(true);
    passwords_.set_formats_known();
    for (const PhcFormat& format : others_) passwords_.remember_format_of(to_text(decoy_of(format, decoy_)));
  }

  bool matches_password(std::string_view password, std::optional<StoredPassword> stored) {
    pauses_.clear();
    hashed_before_ = hashes();
    return verify(passwords_, password, std::move(stored)).matches;
  }
  double hashes() const {
    metrics::Page page;
    passwords_.write(page);
    const std::string& text = page.text();
    double sum = 0;
    const std::string name = "gatehouse_hash_duration_seconds_count{";
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      sum += std::stod(text.substr(text.find(' ', at)));
    }
    return sum;
  }
  double hashed() const { return hashes() - hashed_before_; }

  const std::vector<PhcFormat> others_{BcryptCost{.log2_rounds = 4}, ScryptCost{.log2_n = 4},
                                       Argon2iCost{.memory_kib = 64, .passes = 3}};
  const Decoy decoy_{.salt = std::string(new_salt_bytes, 's'), .digest = std::string(64, 'd')};
  std::vector<std::chrono::nanoseconds> pauses_;
  double hashed_before_ = 0;
  PasswordService passwords_{pool_, passwords::PasswordSettings{}, random_, cheap,
                             std::bind_front(&ManyFormatsTest::record, this)};

 private:
  Task<> record(std::chrono::nanoseconds pause) {
    pauses_.push_back(pause);
    co_return;
  }
};

TEST_F(ManyFormatsTest, FailingCheck_PaysForEachUntilItWasMeasuredAndThenForOne) {
  const std::vector<std::optional<StoredPassword>> rows{
      std::nullopt, express_row, hash(passwords_, "x"),
      StoredPassword{.hash = to_text(decoy_of(others_[0], decoy_)), .salt = {}},
      StoredPassword{.hash = to_text(decoy_of(others_[2], decoy_)), .salt = {}}};
  for (std::size_t round = 0; round < FormatTimes::samples_min; ++round) {
    EXPECT_FALSE(matches_password("wrong", rows[round % rows.size()]));
    EXPECT_EQ(hashed(), 5);
  }
  for (const auto& row : rows) {
    EXPECT_FALSE(matches_password("wrong", row));
    EXPECT_EQ(hashed(), 1);
    EXPECT_LE(pauses_.size(), 1U) << "none where the row's own format is the slowest";
  }
}

TEST_F(ManyFormatsTest, MatchingCheck_NeverWaits) {
  for (std::size_t round = 0; round <= FormatTimes::samples_min; ++round) {
    EXPECT_FALSE(matches_password("wrong", std::nullopt));
  }
  EXPECT_TRUE(matches_password("password123", express_row));
  EXPECT_EQ(hashed(), 2) << "and one for the new hash";
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(ManyFormatsTest, FastCheckAmongSlowOnes_WaitsForThem) {
  passwords_.remember_format_of(to_text(decoy_of(BcryptCost{.log2_rounds = 8}, decoy_)));
  for (std::size_t round = 0; round <= FormatTimes::samples_min; ++round) {
    EXPECT_FALSE(matches_password("wrong", std::nullopt));
  }
  // A machine that stalls during a check leaves nothing to wait for.
  while (pauses_.empty()) EXPECT_FALSE(matches_password("wrong", std::nullopt));
  const auto once = pauses_[0];
  do {
    EXPECT_FALSE(matches_password("wr\u0065\u0301ng", std::nullopt));
    EXPECT_EQ(hashed(), 2) << "as typed, and composed";
  } while (pauses_.empty() || pauses_[0] <= once);
}

TEST_F(PasswordServiceTest, Wrap_PendingHash_BecomesAnOnionThatTheSamePasswordMatches) {
  PasswordService passwords = service();
  const std::string pending = "$pending_wrap$md5$$X03MO1qnZdYdgyfeuILPmQ";  // of "password"
  const auto onion = testing::run_task(io_, passwords.wrap(pending));
  ASSERT_TRUE(onion);
  EXPECT_TRUE(onion->starts_with("$onion$md5$$argon2id$v=19$m=64,t=1,p=1$"));
  for (const std::string& text : {pending, *onion}) {
    const StoredPassword stored{.hash = text, .salt = {}};
    EXPECT_FALSE(verify(passwords, "passwore", stored).matches);
    const Verdict verdict = verify(passwords, "password", stored);
    EXPECT_TRUE(verdict.matches);
    ASSERT_TRUE(verdict.replacement);
    EXPECT_TRUE(verdict.replacement->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  }
  EXPECT_NE(testing::run_task(io_, passwords.wrap(pending)), onion) << "another salt";
  for (const std::string& other : {*onion, std::string{"$pending_wrap$"}, std::string{"garbage"}}) {
    EXPECT_FALSE(testing::run_task(io_, passwords.wrap(other)));
  }
}

TEST_F(PasswordServiceTest, PoolFull_BothCallsThrowHashingOverloaded) {
  runtime::WorkerPool busy_pool{{.name = "busy", .threads = 1, .nice = 0, .queue_max = 1, .wait_max = 10s}};
  PasswordService passwords{busy_pool, {}, random_, cheap};
  std::promise<void> started;
  std::promise<void> release;
  auto hold = [&started, released = release.get_future().share()] {
    started.set_value();
    released.wait();
  };
  auto wait_behind_it = [] {};
  boost::asio::co_spawn(io_, busy_pool.run(hold), [](std::exception_ptr, auto) {});
  io_.poll();
  started.get_future().wait();
  boost::asio::co_spawn(io_, busy_pool.run(wait_behind_it), [](std::exception_ptr, auto) {});
  io_.poll();
  EXPECT_THROW(verify(passwords, "password", std::nullopt), HashingOverloaded);
  EXPECT_THROW(hash(passwords, "password"), HashingOverloaded);
  release.set_value();
  busy_pool.stop();
  io_.restart();
  io_.run();
}

TEST_F(PasswordServiceTest, ManyThreadsAtOnce_EachGetsItsOwnVerdict) {
  runtime::WorkerPool pool{{.name = "hashing", .threads = 3, .nice = 0, .queue_max = 1024, .wait_max = 60s}};
  PasswordService passwords{pool, {}, random_, cheap};
  const StoredPassword current = hash(passwords, "correct horse");
  const StoredPassword retired{.hash = to_text(hash_password("correct horse", cheap.pbkdf2, "sixteen bytes ok")),
                               .salt = {}};
  std::atomic<int> wrong_verdicts = 0;
  std::list<boost::asio::io_context> contexts;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, &io = contexts.emplace_back(1)] {
      for (int round = 0; round < 20; ++round) {
        passwords.set_express_hashes_present(round % 2 == 0);
        for (const auto& stored : {current, retired}) {
          for (const std::string_view password : {"correct horse", "wrong horse"}) {
            const auto verdict = testing::run_task(io, passwords.verify(SecretString{password}, stored));
            if (verdict.matches != (password == "correct horse")) ++wrong_verdicts;
          }
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  pool.stop();
  EXPECT_EQ(wrong_verdicts, 0);
}

TEST(HashingPoolOptions, Settings_AreTaken) {
  passwords::PasswordSettings settings;
  settings.hash_threads = 3;
  settings.hash_wait_max = 700ms;
  settings.hash_nice = 7;
  const auto options = hashing_pool_options(settings);
  EXPECT_EQ(options.threads, 3u);
  EXPECT_EQ(options.wait_max, 700ms);
  EXPECT_EQ(options.nice, 7);
  settings.hash_threads = 0;
  EXPECT_GE(hashing_pool_options(settings).threads, 1u);
}

}  // namespace
}  // namespace gatehouse::passwords
