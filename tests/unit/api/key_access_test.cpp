#include "api/access/key_access.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/manual_boot_clock.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"
#include "unit/api_keys/known_keys.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Request;

std::vector<SecretString> settings_keys() {
  std::vector<SecretString> keys;
  keys.emplace_back("a key of the settings");
  return keys;
}

class KeyAccessTest : public ::testing::Test {
 protected:
  KeyAccessTest() { cache_.on_feed_proved(BootTime::max()); }

  static Request request_with(const std::vector<std::string_view>& offered) {
    Request request;
    for (const std::string_view key : offered) request.headers.add(Field::api_key, key);
    return request;
  }
  Verdict verdict_on(const std::vector<std::string_view>& offered) {
    const Request request = request_with(offered);
    return testing::run_task(io_, access_.admit(request));
  }
  std::string_view code_for(const std::vector<std::string_view>& offered) {
    const Verdict verdict = verdict_on(offered);
    return verdict ? "" : verdict.error().code;
  }

  const api_keys::testing::KeyAndSecret shop_ = api_keys::testing::make_key(1, "shop000000");
  const api_keys::testing::KeyAndSecret unknown_ = api_keys::testing::make_key(2, "unknown000");
  testing::ManualClock clock_;
  testing::ManualBootClock boot_clock_;
  api_keys::ApiKeyCache cache_{boot_clock_};
  boost::asio::io_context io_{1};
  testing::ScriptedDatabase database_{
      [this](std::string_view, const database::Parameters&) { return api_keys::testing::rows_of({shop_.stored}); }};
  api_keys::KeyReading reading_{std::chrono::minutes{1}};
  api_keys::ApiKeyCheck check_{database_, cache_, reading_, clock_};
  const ApiKeys of_settings_{settings_keys()};
  KeyAccess access_{of_settings_, check_};
};

TEST_F(KeyAccessTest, KeyOfTheTable_IsACallerWithItsScopes) {
  const Request request = request_with({shop_.text});
  EXPECT_FALSE(access_.admit_now(request)) << "memory does not know yet";
  EXPECT_TRUE(verdict_on({shop_.text}));
  const auto verdict = access_.admit_now(request);
  ASSERT_TRUE(verdict && *verdict);
  const Caller& caller = **verdict;
  EXPECT_EQ(caller.kind, Caller::Kind::db);
  EXPECT_EQ(caller.scopes, Scopes{Scope::auth});
  EXPECT_FALSE(caller.tells_client);
  EXPECT_EQ(caller.name, "shop");
  EXPECT_EQ(caller.identity(), "shop000000");
}

// The table may be replaced before the request is answered.
TEST_F(KeyAccessTest, Caller_OutlivesTheTable) {
  const Caller caller = verdict_on({shop_.text}).value();
  cache_.insert(cache_.begin_fill(), {});
  while (cache_.may_doubt()) {
  }
  EXPECT_EQ(code_for({shop_.text}), "invalid_api_key");
  EXPECT_EQ(caller.name, "shop");
}

TEST_F(KeyAccessTest, KeyOfTheSettings_AsksNobody) {
  const Caller caller = verdict_on({"a key of the settings"}).value();
  EXPECT_EQ(caller.kind, Caller::Kind::env);
  EXPECT_EQ(caller.identity(), "API_KEY");
  EXPECT_TRUE(database_.statements.empty());
}

TEST_F(KeyAccessTest, NoKeyAndWrongOnes_AreTold) {
  EXPECT_EQ(code_for({}), "missing_api_key");
  EXPECT_EQ(code_for({""}), "missing_api_key");
  EXPECT_EQ(code_for({"wrong"}), "invalid_api_key");
  EXPECT_EQ(code_for({unknown_.text}), "invalid_api_key");
}

TEST_F(KeyAccessTest, TwoKeys_AreRefusedEvenIfBothAreGood) {
  EXPECT_EQ(code_for({shop_.text, shop_.text}), "invalid_api_key");
  EXPECT_EQ(code_for({shop_.text, "a key of the settings"}), "invalid_api_key");
  EXPECT_EQ(code_for({"", shop_.text}), "invalid_api_key");
  EXPECT_TRUE(database_.statements.empty());
}

TEST_F(KeyAccessTest, OtherKeysOfTheSettings_TakeTheirPlace) {
  const ApiKeys others{{}};
  access_.use(others);
  EXPECT_EQ(code_for({"a key of the settings"}), "invalid_api_key");
  EXPECT_TRUE(verdict_on({shop_.text}));
}

}  // namespace
}  // namespace gatehouse::api
