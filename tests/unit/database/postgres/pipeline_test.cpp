#include "database/postgres/pipeline.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/login_only_server.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::database::postgres {
namespace {

/// Counts what it hears.
class RecordingOwner final : public PipelineOwner {
 public:
  void send_again(Call& /*call*/) override {}
  void on_room(Pipeline& /*pipeline*/) override {}
  void on_closed(Pipeline& /*pipeline*/, const std::string& /*why*/) override { ++closed; }

  int closed = 0;
};

TEST(Pipeline, StartThatFails_IsNotAlsoReportedAsClosed) {
  const testing::LoginOnlyServer server{testing::LoginOnlyServer::End::reset};
  config::PostgresSettings settings;
  settings.host = "127.0.0.1";
  settings.port = server.port();
  boost::asio::io_context io{1};
  const auto connection = PgConnection::create(io);
  testing::run_task(io, connection->connect(std::make_shared<const ConnectOptions>(options_for_queries(settings))));
  ASSERT_TRUE(testing::run_until(io, [&] { return server.logins() == 1; }));
  // libpq keeps the failure of a first write to itself; the next one then fails.
  ASSERT_TRUE(connection->enter_pipeline());
  ASSERT_TRUE(connection->send_sync());

  RecordingOwner owner;
  const auto pipeline = std::make_shared<Pipeline>(io.get_executor(), connection, owner,
                                                   Pipeline::Options{true, std::chrono::seconds{6}});
  EXPECT_FALSE(pipeline->start());
  io.restart();
  io.poll();
  EXPECT_EQ(owner.closed, 0);
  EXPECT_FALSE(pipeline->usable());
}

}  // namespace
}  // namespace gatehouse::database::postgres
