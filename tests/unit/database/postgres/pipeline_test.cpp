// Answers of a server, or of something in between, that break the protocol.

#include "database/postgres/pipeline.hpp"

#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "database/postgres/postgres_provider.hpp"
#include "support/patience.hpp"
#include "support/run_task.hpp"
#include "support/scripted_postgres.hpp"

namespace gatehouse::testing {
namespace {

using database::Unavailable;

constexpr database::Statement name_of{"pipeline_name_of", "SELECT name FROM users WHERE id = $1"};

class Pipeline : public ::testing::Test {
 protected:
  /// What a query gets from a server that, after its login and the driver's first statement, gives this answer to the
  /// first Sync; nullopt if the query is refused as Unavailable.
  std::optional<std::string> name_from(std::string answer) {
    const ScriptedPostgres server{{answer_to_first_statement(), std::move(answer)}};
    database::DatabaseSettings settings;
    settings.postgres.host = "127.0.0.1";
    settings.postgres.port = server.port();
    settings.postgres.prepared_statements = false;
    settings.query_timeout = patience;
    const auto log = [this](telemetry::Level, std::string_view event, std::string_view detail) {
      log_.append(event).append(": ").append(detail).append("\n");
    };
    boost::asio::io_context io{1};
    database::postgres::PostgresProvider provider{settings, log, random_};
    const auto database = provider.open(io, 1);
    try {
      return std::string{run_task(io, database->query(name_of, {std::int64_t{1}}))[0].text(0)};
    } catch (const Unavailable& failure) {
      EXPECT_EQ(failure.reason(), Unavailable::Reason::connection);
      return std::nullopt;
    }
  }

  [[nodiscard]] static std::string answer_to_first_statement() {
    return ScriptedPostgres::parsed_and_bound() + ScriptedPostgres::row({}) + ScriptedPostgres::ready();
  }
  [[nodiscard]] static std::string answer(const std::string& name) {
    return ScriptedPostgres::parsed_and_bound() + ScriptedPostgres::row(name);
  }

  void expect_loss_of_the_connection() const {
    EXPECT_NE(log_.find("postgres_connection_lost: the answers do not match"), std::string::npos) << log_;
  }

  crypto::SystemRandom random_;
  std::string log_;
};

TEST_F(Pipeline, AnswersThatFit_AreBelieved) { EXPECT_EQ(name_from(answer("Ada") + ScriptedPostgres::ready()), "Ada"); }

TEST_F(Pipeline, AnswerTooMany_IsNotTakenForTheCallersOwn) {
  EXPECT_EQ(name_from(answer("somebody else's") + answer("Ada") + ScriptedPostgres::ready()), std::nullopt);
  expect_loss_of_the_connection();
}

TEST_F(Pipeline, AnswerTooFew_IsNotTakenForAnEmptyOne) {
  EXPECT_EQ(name_from(ScriptedPostgres::ready()), std::nullopt);
  expect_loss_of_the_connection();
}

}  // namespace
}  // namespace gatehouse::testing
