#include "passwords/hash_memory.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <string_view>
#include <thread>

#include "passwords/hashing.hpp"

namespace gatehouse::passwords {
namespace {

constexpr std::string_view any_salt = "sixteen bytes ok";
constexpr Argon2idCost two_mib{.memory_kib = 2 * 1024, .passes = 1};
constexpr Argon2idCost eight_mib{.memory_kib = 8 * 1024, .passes = 1};
constexpr std::size_t mib = std::size_t{1} << 20U;

std::string digest_of(std::string_view password, const Argon2idCost& cost) {
  return hash_password(password, cost, any_salt).digest;
}

/// Runs on a new thread, so that no test finds another's memory.
template <class Body>
void on_new_thread(Body body) {
  std::thread{body}.join();
}

TEST(HashMemory, AfterAHash_IsKept_UntilReleased) {
  on_new_thread([] {
    EXPECT_EQ(kept_hash_memory(), 0U);
    (void)digest_of("password", two_mib);
    EXPECT_GE(kept_hash_memory(), 2 * mib);
    release_hash_memory();
    EXPECT_EQ(kept_hash_memory(), 0U);
  });
}

TEST(HashMemory, KeptFromAnotherPassword_ChangesNoHash) {
  on_new_thread([] {
    const auto fresh = digest_of("password", two_mib);
    (void)digest_of("another", two_mib);
    EXPECT_EQ(digest_of("password", two_mib), fresh);
    release_hash_memory();
    EXPECT_EQ(digest_of("password", two_mib), fresh);
  });
}

TEST(HashMemory, LargerCost_GrowsIt_AndASmallerOneFitsIn) {
  on_new_thread([] {
    const auto small = digest_of("password", two_mib);
    const auto large = digest_of("password", eight_mib);
    const auto kept = kept_hash_memory();
    EXPECT_GE(kept, 8 * mib);
    EXPECT_EQ(digest_of("password", two_mib), small);
    EXPECT_EQ(digest_of("password", eight_mib), large);
    EXPECT_EQ(kept_hash_memory(), kept);
  });
}

TEST(HashMemory, VerifyingKeepsItToo) {
  on_new_thread([] {
    const Phc stored = hash_password("password", two_mib, any_salt);
    release_hash_memory();
    EXPECT_TRUE(matches("password", stored));
    EXPECT_GE(kept_hash_memory(), 2 * mib);
    EXPECT_FALSE(matches("passwort", stored));
  });
}

TEST(HashMemory, OutsideAScope_LibsodiumsMappingsAreTheKernels) {
  on_new_thread([] {
    std::array<unsigned char, 32> digest{};
    const std::string_view password = "password";
    ASSERT_EQ(crypto_pwhash_argon2id(digest.data(), digest.size(), password.data(), password.size(),
                                     reinterpret_cast<const unsigned char*>(any_salt.data()), 1, 2 * mib,
                                     crypto_pwhash_argon2id_ALG_ARGON2ID13),
              0);
    EXPECT_EQ(kept_hash_memory(), 0U);
  });
}

}  // namespace
}  // namespace gatehouse::passwords
