#include "flows/api_keys/api_key_flow.hpp"

#include <gmock/gmock.h>

#include "api_keys/key_text.hpp"
#include "contract/feature_fixture.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::flows {
namespace {

using api_keys::KeyRequest;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ApiKeyFlowTest : public gatehouse::testing::FeatureFixture {
 protected:
  static constexpr Authority all{.scopes = {Scope::admin}, .tells_client = true};

  static KeyRequest request(std::string scopes, bool tells_client = false) {
    return {.name = "shop", .scopes = std::move(scopes), .tells_client = tells_client};
  }
  ApiKeyFlow::Issued create(KeyRequest wanted, Authority authority = all) {
    return run(flow_.create(std::move(wanted), authority, origin_));
  }
  ApiKeyFlow::Issued rotate(std::string id, seconds grace = hours{1}, Authority authority = all) {
    return run(flow_.rotate(std::move(id), grace, authority, origin_));
  }
  struct Others {
    std::int64_t count;
    std::optional<TimePoint> expires_at = {};
  };
  void add_others(const Others& wanted) {
    database::Changes others;
    for (std::int64_t i = 0; i < wanted.count; ++i) {
      others.add(api_keys::ApiKeyStore::insert({.public_id = api_keys::make_public_id(random_),
                                                .name = "other",
                                                .scopes = {Scope::auth},
                                                .tells_client = false,
                                                .hash = crypto::sha256("other"),
                                                .created_at = clock_.now(),
                                                .created_by = "cli ada",
                                                .expires_at = wanted.expires_at}));
    }
    (void)run(database_->commit(std::move(others)));
  }
  api_keys::StoredKey stored() { return run(store_.list(clock_.now())).at(0); }
  /// `type outcome` of the events, oldest first.
  std::vector<std::string> events() {
    static constexpr database::Statement find{"test_events_of_api_keys",
                                              "SELECT type, outcome FROM audit_events ORDER BY id"};
    const auto rows = select(find);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      texts.push_back(std::string{rows[i].text(0)} + " " + std::string{rows[i].text(1)});
    }
    return texts;
  }

  const audit::Origin origin_{
      .kind = audit::ActorKind::cli, .actor = "ada", .request_id = {}, .address = {}, .user_agent = {}};
  api_keys::ApiKeyStore store_{*database_};
  ApiKeyFlow flow_{*database_, clock_, random_};
};

INSTANTIATE_TEST_SUITE_P(Databases, ApiKeyFlowTest, ::testing::ValuesIn(gatehouse::testing::backends()),
                         gatehouse::testing::backend_name);

TEST_P(ApiKeyFlowTest, NewKey_IsStoredWithoutItsSecret) {
  KeyRequest wanted = request("auth users:read");
  wanted.expires_in_s = 60;
  const auto issued = create(std::move(wanted));
  ASSERT_TRUE(issued);
  EXPECT_EQ(api_keys::public_id_in(issued->secret.reveal()), issued->key.public_id);
  EXPECT_EQ(issued->key.created_by, "cli ada");
  EXPECT_EQ(issued->key.expires_at, clock_.now() + seconds{60});
  EXPECT_EQ(stored().hash, crypto::sha256(issued->secret.reveal()));
  EXPECT_EQ(stored().key.scopes, (Scopes{Scope::auth, Scope::users_read}));
  EXPECT_THAT(events(), ElementsAre("key.created ok"));
}

TEST_P(ApiKeyFlowTest, Rotation_GivesAnotherSecretAndKeepsTheOneBefore) {
  const auto first = create(request("auth"));
  const auto second = rotate(first->key.public_id);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->key.public_id, first->key.public_id);
  EXPECT_EQ(second->key.previous_until, clock_.now() + hours{1});
  EXPECT_EQ(stored().hash, crypto::sha256(second->secret.reveal()));
  EXPECT_EQ(stored().previous_hash, crypto::sha256(first->secret.reveal()));
  EXPECT_THAT(events(), ElementsAre("key.created ok", "key.rotated ok"));
}

TEST_P(ApiKeyFlowTest, StepWhosePlaceWasTaken_CommitsNothing) {
  std::vector<SecretString> secrets;
  secrets.emplace_back("a secret");
  const idempotency::RepetitionKeys keys{secrets};
  idempotency::RepetitionCounts counts;
  idempotency::Repetitions repetitions{
      {.database = *database_, .counts = counts, .settings = {}, .clock = clock_, .random = random_}, keys};
  const idempotency::KeyedRequest wanted{
      .principal = "env API_KEY", .key = "k", .fingerprint = std::string(32, 'f'), .status = 201};
  const auto slow = run(repetitions.begin(wanted));
  clock_.advance(idempotency::Repetitions::running_time);
  const auto next = run(repetitions.begin(wanted));
  const auto create_as = [&](const idempotency::Repetitions::Beginning& work) {
    return run(flow_.create(request("auth"), all, origin_, &std::get<idempotency::RepeatableWork>(work)));
  };
  const auto first = create_as(next);
  ASSERT_TRUE(first);
  EXPECT_EQ(create_as(slow).error().reason, ApiKeyError::superseded);
  EXPECT_EQ(
      run(flow_.rotate(first->key.public_id, hours{1}, all, origin_, &std::get<idempotency::RepeatableWork>(slow)))
          .error()
          .reason,
      ApiKeyError::superseded);
  EXPECT_EQ(run(store_.list(clock_.now())).size(), 1U);
  EXPECT_EQ(stored().hash, crypto::sha256(first->secret.reveal()));
  EXPECT_THAT(events(), ElementsAre("key.created ok"));
  const auto again = run(repetitions.begin(wanted));
  EXPECT_EQ(std::get<idempotency::Earlier>(again).answer.value().reveal(),
            api_keys::issued_key_json(first->key, first->secret).reveal());
}

TEST_P(ApiKeyFlowTest, MoreKeysThanThereMayBe_AreRefusedUntilOneIsRevoked) {
  const std::string first = create(request("auth"))->key.public_id;
  add_others({.count = api_keys::keys_max - 1});
  EXPECT_EQ(create(request("auth")).error().reason, ApiKeyError::too_many_keys);
  EXPECT_THAT(events(), ElementsAre("key.created ok"));
  ASSERT_TRUE(run(flow_.revoke(first, origin_)));
  EXPECT_TRUE(create(request("auth")));
}

TEST_P(ApiKeyFlowTest, ExpiredKeys_DoNotCountAmongThoseThatThereMayBe) {
  add_others({.count = api_keys::keys_max, .expires_at = clock_.now() + hours{1}});
  clock_.advance(hours{1} - seconds{1});
  EXPECT_EQ(create(request("auth")).error().reason, ApiKeyError::too_many_keys);
  clock_.advance(seconds{1});
  const auto issued = create(request("auth"));
  ASSERT_TRUE(issued);
  EXPECT_EQ(stored().key.public_id, issued->key.public_id) << "of those that are read it is the first";
}

TEST_P(ApiKeyFlowTest, Authority_BoundsWhatIsHandedOut) {
  const Authority weak{.scopes = {Scope::keys_write, Scope::auth}, .tells_client = false};
  EXPECT_EQ(create(request("auth users:read"), weak).error().missing, "users:read");
  EXPECT_EQ(create(request("admin"), weak).error().missing, "admin");
  EXPECT_EQ(create(request("auth", true), weak).error().missing, "tellsClient");
  EXPECT_TRUE(create(request("auth revocations:read"), weak)) << "auth includes it";
  EXPECT_THAT(events(),
              ElementsAre("key.refused refused", "key.refused refused", "key.refused refused", "key.created ok"));
}

TEST_P(ApiKeyFlowTest, AdminWithoutTellsClient_DoesNotHandThatOut) {
  const Authority admin{.scopes = {Scope::admin}, .tells_client = false};
  EXPECT_EQ(create(request("auth", true), admin).error().reason, ApiKeyError::not_covered);
  const auto telling = create(request("auth", true));
  EXPECT_EQ(rotate(telling->key.public_id, hours{1}, admin).error().missing, "tellsClient");
}

TEST_P(ApiKeyFlowTest, RotationOfAStrongerKey_LeavesItAsItWas) {
  const auto strong = create(request("users:write"));
  const Authority weak{.scopes = {Scope::keys_write}, .tells_client = true};
  EXPECT_EQ(rotate(strong->key.public_id, hours{1}, weak).error().missing, "users:write");
  EXPECT_EQ(stored().hash, crypto::sha256(strong->secret.reveal()));
}

TEST_P(ApiKeyFlowTest, RevokedKey_IsUnknown) {
  const std::string id = create(request("auth"))->key.public_id;
  EXPECT_TRUE(run(flow_.revoke(id, origin_)));
  EXPECT_THAT(run(store_.list(clock_.now())), IsEmpty());
  EXPECT_EQ(run(flow_.revoke(id, origin_)).error().reason, ApiKeyError::unknown_key);
  EXPECT_EQ(rotate(id).error().reason, ApiKeyError::unknown_key);
  EXPECT_EQ(rotate("0000000000").error().reason, ApiKeyError::unknown_key);
  EXPECT_THAT(events(), ElementsAre("key.created ok", "key.revoked ok"));
}

TEST_P(ApiKeyFlowTest, ManyRevocationsAtOnce_AreOne) {
  const std::string id = create(request("auth"))->key.public_id;
  std::vector<Task<ApiKeyFlow::Revoked>> revocations;
  for (int i = 0; i < 8; ++i) revocations.push_back(flow_.revoke(id, origin_));
  int made = 0;
  for (const auto& revoked : run_all(std::move(revocations))) made += revoked ? 1 : 0;
  EXPECT_EQ(made, 1);
  EXPECT_THAT(events(), ElementsAre("key.created ok", "key.revoked ok"));
}

TEST_P(ApiKeyFlowTest, ExpiredKey_GetsNoNewSecret) {
  KeyRequest wanted = request("auth");
  wanted.expires_in_s = 60;
  const std::string id = create(std::move(wanted))->key.public_id;
  clock_.advance(seconds{60});
  EXPECT_EQ(rotate(id).error().reason, ApiKeyError::expired);
  EXPECT_TRUE(run(flow_.revoke(id, origin_)));
}

}  // namespace
}  // namespace gatehouse::flows
