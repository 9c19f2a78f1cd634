#include "database/postgres/pg_connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/patience.hpp"
#include "support/run_task.hpp"
#include "support/scripted_postgres.hpp"

namespace gatehouse::testing {
namespace {

using database::Unavailable;
using database::postgres::ConnectOptions;
using database::postgres::PgConnection;
using namespace std::chrono_literals;

/// Why connecting fails if the server accepts the login and answers the first statement like this.
std::optional<Unavailable> failure_of_connect(std::string answer, std::chrono::milliseconds timeout = patience) {
  const ScriptedPostgres server{{std::move(answer)}};
  database::PostgresSettings settings;
  settings.host = "127.0.0.1";
  settings.port = server.port();
  settings.connect_timeout = timeout;
  const auto options = std::make_shared<const ConnectOptions>(database::postgres::options_for_queries(settings));
  boost::asio::io_context io{1};
  const auto connection = PgConnection::create(io);
  std::optional<Unavailable> failure;
  try {
    run_task(io, connection->connect(options));
  } catch (const Unavailable& unavailable) {
    failure = unavailable;
  }
  connection->close();
  return failure;
}

TEST(ConnectingToPostgres, FirstStatementAnswered_IsConnected) {
  EXPECT_FALSE(
      failure_of_connect(ScriptedPostgres::parsed_and_bound() + ScriptedPostgres::row({}) + ScriptedPostgres::ready()));
}

TEST(ConnectingToPostgres, FirstStatementRefused_IsNotConnected_AndTheServersWordsAreKept) {
  const auto failure =
      failure_of_connect(ScriptedPostgres::refusal("08006", "the pooler has no server") + ScriptedPostgres::ready());
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason(), Unavailable::Reason::connection);
  EXPECT_STREQ(failure->what(), "08006: the pooler has no server");
}

TEST(ConnectingToPostgres, FirstStatementNeverAnswered_EndsAtTheDeadlineOfTheAttempt) {
  const auto failure = failure_of_connect("", 200ms);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason(), Unavailable::Reason::deadline);
}

}  // namespace
}  // namespace gatehouse::testing
