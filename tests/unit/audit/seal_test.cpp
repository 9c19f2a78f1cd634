#include "audit/seal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/seal_keys.hpp"
#include "base/text.hpp"
#include "support/test_keys.hpp"

namespace gatehouse::audit {
namespace {

constexpr TimePoint sealed_time = from_unix_us(1'732'617'000'000'000);

std::string hex_of(const Hash& hash) { return to_hex(bytes_of(hash)); }

EventView full_event() {
  return {.position = 812,
          .id = EventId{1},
          .at = sealed_time,
          .type = "login.failed",
          .outcome = "refused",
          .reason = "wrong_password",
          .actor_kind = "key",
          .actor = "API_KEY",
          .user = UserId{7},
          .session = std::nullopt,
          .request_id = "3f8c2a7e5b1d4906",
          .address = "203.0.113.9",
          .user_agent = "Mozilla/5.0",
          .details = R"({"count":2})"};
}

EventView empty_event() {
  return {.position = -1,
          .id = EventId{2},
          .at = from_unix_us(0),
          .type = "",
          .outcome = "",
          .reason = {},
          .actor_kind = "",
          .actor = {},
          .user = {},
          .session = SessionId{9},
          .request_id = {},
          .address = {},
          .user_agent = {},
          .details = {}};
}

Seal first_seal() {
  Seal seal{.number = 1, .from = 1, .to = 812, .count = 2, .root = {}, .previous = no_seal, .sealed_at = sealed_time};
  const auto root = from_hex("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125").value();
  std::ranges::copy(root, seal.root.begin());
  return seal;
}

// Computed by another implementation, in Python, from the description in docs/audit.md.
TEST(LeafHasherTest, Leaf_IsTheDocumentedHash) {
  LeafHasher hasher;
  EXPECT_EQ(hex_of(hasher(full_event())), "5b362101149f3eeb01231df1a5cd2bf30e4d15a541e5127e15007123aa8cdd83");
  EXPECT_EQ(hex_of(hasher(empty_event())), "a41698b8de61c89488edbacc9bbf1efc2e8c32065370137053390c44fe5fc8a9");
}

TEST(LeafHasherTest, EachField_Counts) {
  const std::vector<std::function<void(EventView&)>> changes{[](EventView& e) { e.position = 813; },
                                                             [](EventView& e) { e.id = EventId{3}; },
                                                             [](EventView& e) { e.at = from_unix_us(1); },
                                                             [](EventView& e) { e.type = "login.faile"; },
                                                             [](EventView& e) { e.outcome = "ok"; },
                                                             [](EventView& e) { e.reason = std::nullopt; },
                                                             [](EventView& e) { e.reason = ""; },
                                                             [](EventView& e) { e.actor_kind = "cli"; },
                                                             [](EventView& e) { e.actor = "other"; },
                                                             [](EventView& e) { e.user = std::nullopt; },
                                                             [](EventView& e) { e.session = SessionId{7}; },
                                                             [](EventView& e) { e.request_id = "x"; },
                                                             [](EventView& e) { e.address = "x"; },
                                                             [](EventView& e) { e.user_agent = "x"; },
                                                             [](EventView& e) { e.details = "x"; },
                                                             [](EventView& e) { std::swap(e.address, e.user_agent); }};
  LeafHasher hasher;
  std::set<std::string> hashes{hex_of(hasher(full_event()))};
  for (const auto& change : changes) {
    EventView event = full_event();
    change(event);
    hashes.insert(hex_of(hasher(event)));
  }
  EXPECT_EQ(hashes.size(), changes.size() + 1);
}

TEST(SealTest, Hash_IsTheDocumentedOne) {
  EXPECT_EQ(hex_of(hash_of(first_seal())), "22371f2f1ab5fb74621e8e344583788d50ef177e68df6b3ab47ae01ba6a3de0e");
}

TEST(SealTest, EachFieldThatIsHashed_Counts) {
  const std::vector<std::function<void(Seal&)>> changes{
      [](Seal& s) { s.from = 2; },        [](Seal& s) { s.to = 813; },
      [](Seal& s) { s.count = 3; },       [](Seal& s) { s.root[31] = '\0'; },
      [](Seal& s) { s.previous[0] = 1; }, [](Seal& s) { s.sealed_at += std::chrono::microseconds{1}; }};
  std::set<std::string> hashes{hex_of(hash_of(first_seal()))};
  for (const auto& change : changes) {
    Seal seal = first_seal();
    change(seal);
    hashes.insert(hex_of(hash_of(seal)));
  }
  EXPECT_EQ(hashes.size(), changes.size() + 1);
}

TEST(SealTest, Signature_IsVerifiedByThePublicKey) {
  const auto pair = testing::generate("ED25519");
  AuditSettings settings;
  settings.signing_key_pem = SecretString{pair.private_key};
  Seal seal = first_seal();
  sign(seal, *make_signing_key(settings));
  EXPECT_EQ(seal.signature.size(), 64u);
  SealKeys keys;
  keys.add_pem(pair.public_key);
  const jose::VerifyingKey* const key = keys.find(seal.key_id.value());
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->verifies(bytes_of(hash_of(seal)), seal.signature));
  seal.count = 3;
  EXPECT_FALSE(key->verifies(bytes_of(hash_of(seal)), seal.signature));
  EXPECT_EQ(keys.find("another"), nullptr);
}

TEST(SealKeysTest, WithoutASetting_ThereIsNoKey) { EXPECT_EQ(make_signing_key({}), nullptr); }

TEST(SealKeysTest, KeysOfAnotherKind_AreRefused) {
  const auto pair = testing::generate_ec("P-256");
  AuditSettings settings;
  settings.signing_key_pem = SecretString{pair.private_key};
  EXPECT_THROW((void)make_signing_key(settings), std::invalid_argument);
  SealKeys keys;
  EXPECT_THROW(keys.add_pem(pair.public_key), std::invalid_argument);
  EXPECT_THROW(keys.add_pem(pair.private_key), std::invalid_argument);
  EXPECT_THROW(keys.add_pem(""), std::invalid_argument);
  EXPECT_TRUE(keys.empty());
}

}  // namespace
}  // namespace gatehouse::audit
