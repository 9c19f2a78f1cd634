#include "service/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/manual_clock.hpp"
#include "unit/service/notify_socket.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::service {
namespace {

using namespace std::chrono_literals;
using Environment = std::map<std::string, std::string, std::less<>>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Optional;

/// The lines that are logged while `use` has a supervisor of this environment.
template <class Use>
std::vector<std::string> lines_of(const Environment& environment, Use use) {
  const telemetry::testing::CapturedOutput output;
  const gatehouse::testing::ManualClock clock;
  {
    telemetry::LogQueue queue{telemetry::LineWriter{output.descriptor()}};
    telemetry::Log log{queue, clock};
    use(Supervisor{environment, log});
  }
  return output.lines();
}

std::optional<std::chrono::microseconds> timeout_of(const Environment& environment) {
  std::optional<std::chrono::microseconds> timeout;
  lines_of(environment, [&timeout](const Supervisor& supervisor) { timeout = supervisor.watchdog_timeout(); });
  return timeout;
}

TEST(Supervisor, EachCall_IsItsMessage) {
  testing::NotifySocket socket;
  const auto lines = lines_of(socket.environment(), [&socket](const Supervisor& supervisor) {
    supervisor.tell_ready();
    EXPECT_THAT(socket.take(), Optional(std::string{"READY=1"}));
    supervisor.tell_alive();
    EXPECT_THAT(socket.take(), Optional(std::string{"WATCHDOG=1"}));
    supervisor.tell_stopping();
    EXPECT_THAT(socket.take(), Optional(std::string{"STOPPING=1"}));
    supervisor.tell_reloading();
    EXPECT_THAT(socket.take(), Optional(MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+")));
  });
  EXPECT_THAT(lines, IsEmpty());
}

TEST(Supervisor, AbstractSocket_IsReached) {
  testing::NotifySocket socket{testing::NotifySocket::Kind::abstract};
  lines_of(socket.environment(), [](const Supervisor& supervisor) { supervisor.tell_ready(); });
  EXPECT_THAT(socket.take(), Optional(std::string{"READY=1"}));
}

TEST(Supervisor, NoSocket_NothingIsSaid) {
  EXPECT_THAT(lines_of({}, [](const Supervisor& supervisor) { supervisor.tell_ready(); }), IsEmpty());
}

TEST(Supervisor, SocketThatIsGoneOrTooLong_IsLogged) {
  for (const std::string& path : {std::string{"/nonexistent/notify"}, "/" + std::string(200, 'x')}) {
    const auto lines =
        lines_of({{"NOTIFY_SOCKET", path}}, [](const Supervisor& supervisor) { supervisor.tell_reloading(); });
    EXPECT_THAT(lines, ElementsAre(HasSubstr(R"("event":"notify_failed","message":"RELOADING=1","reason":")")));
  }
}

TEST(Supervisor, WatchdogTimeout_IsTheEnvironments) {
  EXPECT_EQ(timeout_of({{"WATCHDOG_USEC", "30000000"}}), 30s);
  EXPECT_EQ(timeout_of({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", std::to_string(::getpid())}}), 30s);
}

TEST(Supervisor, WatchdogOfAnotherProcessOrWithoutTime_IsNone) {
  EXPECT_EQ(timeout_of({}), std::nullopt);
  EXPECT_EQ(timeout_of({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}), std::nullopt);
  for (const char* text : {"", "0", "-1", "30s", "99999999999999999999"}) {
    EXPECT_EQ(timeout_of({{"WATCHDOG_USEC", text}}), std::nullopt) << text;
  }
}

std::vector<int> sockets_of(const Environment& environment) {
  std::vector<int> sockets;
  lines_of(environment, [&sockets](const Supervisor& supervisor) { sockets = supervisor.handed_sockets(); });
  return sockets;
}

TEST(Supervisor, HandedSockets_BeginAtThree) {
  EXPECT_THAT(sockets_of({{"LISTEN_FDS", "2"}, {"LISTEN_PID", std::to_string(::getpid())}}), ElementsAre(3, 4));
}

TEST(Supervisor, SocketsOfAnotherProcessOrWithoutANumber_AreNotTaken) {
  EXPECT_THAT(sockets_of({}), IsEmpty());
  EXPECT_THAT(sockets_of({{"LISTEN_FDS", "2"}}), IsEmpty());
  EXPECT_THAT(sockets_of({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "1"}}), IsEmpty());
  for (const char* text : {"", "0", "-1", "two", "99999999999999999999"}) {
    EXPECT_THAT(sockets_of({{"LISTEN_FDS", text}, {"LISTEN_PID", std::to_string(::getpid())}}), IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace gatehouse::service
