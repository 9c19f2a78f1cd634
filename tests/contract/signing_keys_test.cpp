#include <gmock/gmock.h>

#include <expected>
#include <string>
#include <vector>

#include "contract/feature_fixture.hpp"
#include "flows/signing_keys/signing_key_flow.hpp"
#include "jose/jwk.hpp"
#include "signing_keys/key_ring.hpp"
#include "support/recording_observer.hpp"

namespace gatehouse::flows {
namespace {

using signing_keys::KeyState;
using signing_keys::StoredKey;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<SecretString> secrets_of(std::initializer_list<std::string_view> texts) {
  std::vector<SecretString> secrets;
  for (const std::string_view text : texts) secrets.emplace_back(text);
  return secrets;
}

class SigningKeysTest : public gatehouse::testing::FeatureFixture {
 protected:
  using Outcome = std::expected<KeyStep, KeyError>;

  static Outcome without_time(SigningKeyFlow::Result result) {
    if (!result) return std::unexpected(result.error().reason);
    return *std::move(result);
  }
  Outcome add(jose::AsymmetricKey key) {
    return without_time(run(flow_.add(std::move(key), KeySource::generated, origin_)));
  }
  Outcome promote(std::optional<std::string> kid = std::nullopt, Publication publication = Publication::complete) {
    return without_time(run(flow_.promote(std::move(kid), publication, origin_)));
  }
  Outcome retire(std::optional<std::string> kid = std::nullopt) {
    return without_time(run(flow_.retire(std::move(kid), origin_)));
  }
  Outcome revoke(std::string kid) { return without_time(run(flow_.revoke(std::move(kid), origin_))); }

  std::string add_key() { return add(jose::generate_key(jose::JwsAlgorithm::eddsa)).value().kid; }
  std::string add_current() {
    const std::string kid = add_key();
    clock_.advance(life_.publication());
    EXPECT_TRUE(promote(kid));
    return kid;
  }

  std::vector<StoredKey> keys() { return run(store_.list()); }
  StoredKey key(std::string_view kid) {
    for (StoredKey& each : keys()) {
      if (each.kid == kid) return each;
    }
    return {};
  }
  /// Types of the events, oldest first.
  std::vector<std::string> events() {
    static constexpr database::Statement find{"test_events_of_keys", "SELECT type FROM audit_events ORDER BY id"};
    const auto rows = select(find);
    std::vector<std::string> types;
    for (std::size_t i = 0; i < rows.size(); ++i) types.emplace_back(rows[i].text(0));
    return types;
  }
  signing_keys::KeyRing ring() { return signing_keys::make_key_ring(keys(), *sealer_.get(), clock_.now()); }

  const audit::Origin origin_{
      .kind = audit::ActorKind::cli, .actor = "ada", .request_id = {}, .address = {}, .user_agent = {}};
  const signing_keys::KeyLife life_{{.jwks_max_age = hours{1}, .token_ttl = hours{2}}};
  signing_keys::SealerInUse sealer_{
      std::make_shared<const signing_keys::PrivateKeySealer>(secrets_of({"0123456789abcdef0123456789abcdef"}))};
  signing_keys::SigningKeyStore store_{*database_};
  SigningKeyFlow flow_{{.database = *database_, .sealer = sealer_, .life = life_, .clock = clock_, .random = random_}};
};

INSTANTIATE_TEST_SUITE_P(Databases, SigningKeysTest, ::testing::ValuesIn(gatehouse::testing::backends()),
                         gatehouse::testing::backend_name);

TEST_P(SigningKeysTest, NewKey_IsNextAndPublishedAndSignsNothing) {
  const jose::AsymmetricKey pair = jose::generate_key(jose::JwsAlgorithm::es256);
  const std::string kid = add(pair).value().kid;
  EXPECT_EQ(kid, jose::thumbprint(pair));
  const auto all = keys();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].state, KeyState::next);
  EXPECT_EQ(all[0].algorithm, jose::JwsAlgorithm::es256);
  EXPECT_EQ(all[0].created_at, clock_.now());
  EXPECT_EQ(ring().signing, nullptr);
  EXPECT_THAT(ring().published, ElementsAre(jose::public_jwk(pair, kid)));
  EXPECT_THAT(events(), ElementsAre("signing_key.generated"));
}

TEST_P(SigningKeysTest, PrivateHalf_IsSealedInTheRow) {
  const jose::AsymmetricKey pair = jose::generate_key(jose::JwsAlgorithm::rs256);
  const std::string kid = add(pair).value().kid;
  const std::string sealed = key(kid).sealed_private.value();
  EXPECT_THAT(sealed, Not(HasSubstr("PRIVATE KEY")));
  EXPECT_TRUE(sealer_.get()->open(kid, sealed).value().equals(jose::private_pem(pair).reveal()));
}

TEST_P(SigningKeysTest, KeyThatIsThere_IsNotAddedAgain) {
  const jose::AsymmetricKey pair = jose::generate_key(jose::JwsAlgorithm::eddsa);
  const std::string kid = add(pair).value().kid;
  EXPECT_EQ(add(pair).error(), KeyError::known_key);
  ASSERT_TRUE(revoke(kid));
  EXPECT_EQ(add(pair).error(), KeyError::known_key) << "nor after it was revoked";
  EXPECT_THAT(events(), ElementsAre("signing_key.generated", "signing_key.revoked"));
}

TEST_P(SigningKeysTest, KeysAboveTheBound_AreRefused) {
  for (std::int64_t i = 0; i < signing_keys::keys_max; ++i) add_key();
  EXPECT_EQ(add(jose::generate_key(jose::JwsAlgorithm::eddsa)).error(), KeyError::too_many_keys);
  EXPECT_THAT(events(), SizeIs(signing_keys::keys_max));
}

TEST_P(SigningKeysTest, Promotion_WaitsUntilEverybodyKnowsTheKey) {
  const std::string kid = add_key();
  clock_.advance(minutes{70} - std::chrono::microseconds{1});
  const auto refusal = run(flow_.promote(kid, Publication::complete, origin_));
  EXPECT_EQ(refusal.error().reason, KeyError::too_young);
  EXPECT_EQ(refusal.error().possible_from, clock_.now() + std::chrono::microseconds{1});
  EXPECT_EQ(key(kid).state, KeyState::next);
  clock_.advance(std::chrono::microseconds{1});
  ASSERT_TRUE(promote(kid));
  EXPECT_EQ(key(kid).state, KeyState::current);
  EXPECT_EQ(key(kid).current_from, clock_.now());
  EXPECT_EQ(ring().signing->kid(), kid);
  EXPECT_THAT(events(), ElementsAre("signing_key.generated", "signing_key.promoted"));
}

TEST_P(SigningKeysTest, PromotionAtOnce_WaitsForTheReplicasAlone) {
  const std::string kid = add_key();
  EXPECT_EQ(promote(kid, Publication::waived).error(), KeyError::too_young);
  clock_.advance(signing_keys::KeyLife::settling_time);
  EXPECT_TRUE(promote(kid, Publication::waived));
}

TEST_P(SigningKeysTest, PromotedKey_ReplacesTheCurrentOne) {
  const std::string first = add_current();
  const std::string second = add_key();
  clock_.advance(life_.publication());
  EXPECT_EQ(promote().value().other, first);
  EXPECT_EQ(key(second).state, KeyState::current);
  const StoredKey retired = key(first);
  EXPECT_EQ(retired.state, KeyState::retired);
  EXPECT_EQ(retired.retired_at, clock_.now());
  EXPECT_EQ(retired.drop_at, clock_.now() + hours{3});
  EXPECT_EQ(retired.sealed_private, std::nullopt) << "what it cannot sign with it need not keep";
  EXPECT_THAT(ring().published, SizeIs(2));
}

TEST_P(SigningKeysTest, PromotionWithoutAName_TakesTheOldest) {
  const std::string first = add_key();
  clock_.advance(seconds{1});
  add_key();
  clock_.advance(life_.publication());
  EXPECT_EQ(promote().value().kid, first);
}

TEST_P(SigningKeysTest, PromotionOfWhatIsNotNext_IsRefused) {
  EXPECT_EQ(promote().error(), KeyError::no_next_key);
  EXPECT_EQ(promote("nobody").error(), KeyError::unknown_key);
  const std::string current = add_current();
  EXPECT_EQ(promote(current).error(), KeyError::not_next);
  ASSERT_TRUE(retire(current));
  EXPECT_EQ(promote(current).error(), KeyError::not_next);
}

/// The state that was read may have changed by the time of the write; then nothing of the step remains.
TEST_P(SigningKeysTest, StepThatIsLate_LeavesNothing) {
  const std::string current = add_current();
  const std::string next = add_key();
  const auto before = events();
  database::Changes changes;
  const signing_keys::KeyEnd end = life_.retirement(clock_.now());
  changes.add(signing_keys::SigningKeyStore::retire_current(next, end));
  changes.add(signing_keys::SigningKeyStore::make_current(next, clock_.now(), clock_.now() - seconds{1}));
  const auto committed = run(database_->commit_unless(std::move(changes), signing_keys::step_is_allowed));
  EXPECT_FALSE(committed);
  EXPECT_EQ(key(current).state, KeyState::current);
  EXPECT_EQ(events(), before);
}

TEST_P(SigningKeysTest, SecondCurrentKey_IsImpossible) {
  add_current();
  const std::string next = add_key();
  database::Changes changes;
  changes.add(signing_keys::SigningKeyStore::make_current(next, clock_.now(), clock_.now()));
  const auto committed = run(database_->commit_unless(std::move(changes), signing_keys::one_key_is_current));
  ASSERT_FALSE(committed);
  EXPECT_TRUE(signing_keys::one_key_is_current.is_violated_by(committed.error()));
}

TEST_P(SigningKeysTest, ManyPromotionsAtOnce_LeaveOneCurrentKey) {
  for (int i = 0; i < 8; ++i) add_key();
  clock_.advance(life_.publication());
  std::vector<Task<SigningKeyFlow::Result>> promotions;
  for (const StoredKey& each : keys()) promotions.push_back(flow_.promote(each.kid, Publication::complete, origin_));
  std::size_t made = 0;
  for (const auto& result : run_all(std::move(promotions))) {
    made += result ? 1 : 0;
    EXPECT_TRUE(result || result.error().reason == KeyError::changed_meanwhile);
  }
  EXPECT_GE(made, 1U);
  std::size_t current = 0;
  for (const StoredKey& each : keys()) current += each.state == KeyState::current ? 1 : 0;
  EXPECT_EQ(current, 1U);
  EXPECT_THAT(events(), SizeIs(8 + made));
}

TEST_P(SigningKeysTest, RetiredCurrentKey_LeavesTheSettingsToSign) {
  EXPECT_EQ(retire().error(), KeyError::no_current_key);
  EXPECT_EQ(retire("nobody").error(), KeyError::unknown_key);
  const std::string current = add_current();
  EXPECT_TRUE(retire().value().was_current);
  EXPECT_EQ(ring().signing, nullptr);
  EXPECT_THAT(ring().verifying, SizeIs(1));
  EXPECT_EQ(retire(current).error(), KeyError::has_ended);
  EXPECT_FALSE(retire(add_key()).value().was_current);
  EXPECT_THAT(events(), ElementsAre("signing_key.generated", "signing_key.promoted", "signing_key.retired",
                                    "signing_key.generated", "signing_key.retired"));
}

TEST_P(SigningKeysTest, RevokedKey_VanishesAtOnce) {
  const std::string current = add_current();
  const KeyStep step = revoke(current).value();
  EXPECT_TRUE(step.was_current);
  EXPECT_EQ(step.other, std::nullopt);
  EXPECT_THAT(ring().verifying, IsEmpty());
  EXPECT_THAT(ring().published, IsEmpty());
  EXPECT_EQ(key(current).sealed_private, std::nullopt);
  EXPECT_EQ(revoke(current).error(), KeyError::has_ended);
  EXPECT_EQ(revoke("nobody").error(), KeyError::unknown_key);
}

TEST_P(SigningKeysTest, RevokedCurrentKey_IsFollowedByAKeyThatEverybodyKnows) {
  const std::string first = add_current();
  const std::string young = add_key();
  EXPECT_EQ(revoke(first).value().other, std::nullopt) << "nobody may know it yet";
  clock_.advance(life_.publication());
  ASSERT_TRUE(promote(young));
  const std::string known = add_key();
  clock_.advance(life_.publication());
  EXPECT_EQ(revoke(young).value().other, known);
  EXPECT_EQ(ring().signing->kid(), known);
  EXPECT_THAT(ring().published, SizeIs(1));
  EXPECT_EQ(events().back(), "signing_key.promoted");
}

TEST_P(SigningKeysTest, Rotation_RunsByItself) {
  const std::string first = add_current();
  const auto rotate_after = [&](std::chrono::seconds time) {
    clock_.advance(time);
    run(flow_.rotate(days{10}));
    return keys().size();
  };
  EXPECT_EQ(rotate_after(days{10} - minutes{71}), 1U);
  EXPECT_EQ(rotate_after(minutes{1}), 2U) << "a successor";
  EXPECT_EQ(rotate_after(minutes{69}), 2U);
  EXPECT_EQ(ring().signing->kid(), first);
  EXPECT_EQ(rotate_after(minutes{1}), 2U);
  EXPECT_NE(ring().signing->kid(), first);
  EXPECT_EQ(key(first).state, KeyState::retired);
  EXPECT_EQ(rotate_after(hours{3}), 1U) << "the first one is forgotten";
  EXPECT_THAT(events(), ElementsAre("signing_key.generated", "signing_key.promoted", "signing_key.generated",
                                    "signing_key.promoted"));
}

// The rotation once made a key current that nobody could open, and destroyed the private half of the one that signed.
TEST_P(SigningKeysTest, KeySealedWithAnotherSecret_IsNeverPromoted) {
  const std::string unreadable = add_key();
  sealer_.use(std::make_shared<const signing_keys::PrivateKeySealer>(secrets_of({"another secret of 32 characters!"})));
  const std::string current = add_current();
  EXPECT_EQ(promote(unreadable).error(), KeyError::unreadable);
  EXPECT_EQ(promote().error(), KeyError::no_next_key);
  clock_.advance(hours{24});
  run(flow_.rotate(hours{24}));
  EXPECT_EQ(key(current).state, KeyState::current);
  EXPECT_THAT(keys(), SizeIs(3)) << "one that it can open";
  clock_.advance(life_.publication());
  run(flow_.rotate(hours{24}));
  EXPECT_EQ(key(current).state, KeyState::retired);
  EXPECT_EQ(key(unreadable).state, KeyState::next);
  EXPECT_NE(ring().signing, nullptr);
}

TEST_P(SigningKeysTest, RotationByHand_ForgetsOldKeysOnly) {
  add_current();
  ASSERT_TRUE(retire());
  add_current();
  clock_.advance(days{1000});
  run(flow_.rotate(seconds{0}));
  EXPECT_THAT(keys(), SizeIs(1));
}

TEST_P(SigningKeysTest, EachStep_IsAnnounced) {
  gatehouse::testing::RecordingObserver observer;
  backend_->provider().observers().add(observer);
  const std::string first = add_current();
  const std::size_t heard = observer.heard.size();
  EXPECT_THAT(observer.heard, ::testing::Each("signing_key:1"));
  EXPECT_GT(heard, 0U);
  ASSERT_TRUE(revoke(first));
  EXPECT_GT(observer.heard.size(), heard);
}

// A key without an end once counted as over, so that every run announced something.
TEST_P(SigningKeysTest, RotationWithNothingToDo_AnnouncesNothing) {
  add_current();
  gatehouse::testing::RecordingObserver observer;
  backend_->provider().observers().add(observer);
  run(flow_.rotate(days{90}));
  EXPECT_THAT(observer.heard, ::testing::IsEmpty());
}

}  // namespace
}  // namespace gatehouse::flows
