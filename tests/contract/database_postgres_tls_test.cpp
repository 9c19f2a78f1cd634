// DB_SSL means verify-full: the right authority and the right name, or no connection at all.

#include "contract/echo_statements.hpp"
#include "support/postgres_fixture.hpp"
#include "support/test_authority.hpp"

namespace gatehouse::testing {
namespace {

using database::Rows;
using database::Statement;
using database::Unavailable;

class DatabasePostgresTls : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (database_ && settings_.postgres.host != "127.0.0.1") GTEST_SKIP() << "the test server is not on 127.0.0.1";
  }
  void TearDown() override {
    db_.reset();
    proxy_.reset();
    PostgresTest::TearDown();
  }

  /// Connects to "localhost", whose certificate is issued by `issuer` for `name`, trusting only `trusted`.
  void open_over_tls(const TestAuthority& issuer, const std::string& name, const TestAuthority& trusted) {
    proxy_ = std::make_unique<TlsProxy>(settings_.postgres.host, settings_.postgres.port, issuer.issue(name));
    settings_.postgres.host = "localhost";
    settings_.postgres.port = proxy_->port();
    settings_.postgres.ssl = true;
    settings_.postgres.ssl_ca = trusted.certificate_path();
    open();
  }

  bool is_refused() {
    if (!run_until(io_, [&] { return logged("postgres_connect_failed"); })) return false;
    const auto call = start(db_->query(echo, {std::int64_t{1}}));
    return finish(call) && call->unavailable() == Unavailable::Reason::connection;
  }

  std::unique_ptr<TlsProxy> proxy_;
};

TEST_F(DatabasePostgresTls, RightAuthorityAndName_IsAccepted) {
  const TestAuthority authority;
  open_over_tls(authority, "localhost", authority);
  EXPECT_EQ(run(db_->query(echo, {std::int64_t{5}}))[0].integer(0), 5);
}

TEST_F(DatabasePostgresTls, AnswersOfManyRecords_AreReadToTheirEnd) {
  const TestAuthority authority;
  open_over_tls(authority, "localhost", authority);
  for (std::size_t size = 1'000; size < 2'000'000; size = size * 5 / 2) {
    const std::string text(size, 'x');
    EXPECT_EQ(run(db_->query(echo_text, {text}))[0].text(0), text) << size;
  }
}

TEST_F(DatabasePostgresTls, ManyQueriesAtOnce_AllAnswer) {
  const TestAuthority authority;
  open_over_tls(authority, "localhost", authority);
  std::vector<std::shared_ptr<Pending<Rows>>> calls;
  for (std::int64_t i = 0; i < 2'000; ++i) calls.push_back(start(db_->query(echo, {i})));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    ASSERT_TRUE(finish(calls[i]));
    ASSERT_TRUE(calls[i]->value.has_value());
    EXPECT_EQ((*calls[i]->value)[0].integer(0), static_cast<std::int64_t>(i));
  }
}

TEST_F(DatabasePostgresTls, AnotherAuthority_IsRefused) {
  const TestAuthority authority;
  const TestAuthority stranger;
  open_over_tls(stranger, "localhost", authority);
  EXPECT_TRUE(is_refused());
}

TEST_F(DatabasePostgresTls, AnotherName_IsRefused) {
  const TestAuthority authority;
  open_over_tls(authority, "elsewhere.example", authority);
  EXPECT_TRUE(is_refused());
}

TEST_F(DatabasePostgresTls, ServerWithoutTls_IsRefused) {
  if (database_->run("SHOW ssl") == "on") GTEST_SKIP() << "the test server speaks TLS";
  settings_.postgres.ssl = true;
  open();
  EXPECT_TRUE(is_refused());
}

}  // namespace
}  // namespace gatehouse::testing
