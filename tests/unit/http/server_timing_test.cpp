#include "http/server_timing.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

TEST(ServerTiming, TimeOfARequest_IsSharedOut) {
  RequestScope scope{.request_id = {}, .trace_id = {}};
  scope.database = 800us;
  scope.hashing = 10'100us;
  scope.queueing = 0us;
  std::string out;
  append_server_timing(out, scope, scope.begun + 11'020us);
  EXPECT_EQ(out, "Server-Timing: app;dur=0.12, db;dur=0.80, hash;dur=10.10, queue;dur=0.00\r\n");
}

TEST(ServerTiming, OnRequest_TellsWhoMayReadTheMetricsAndAsks) {
  Request request;
  EXPECT_FALSE(tells_timing(ServerTiming::off, request));
  EXPECT_TRUE(tells_timing(ServerTiming::always, request));
  EXPECT_FALSE(tells_timing(ServerTiming::on_request, request));
  request.headers.add(Field::server_timing, "1");
  EXPECT_FALSE(tells_timing(ServerTiming::on_request, request)) << "anybody could ask";
  request.caller.scopes = {Scope::metrics};
  EXPECT_TRUE(tells_timing(ServerTiming::on_request, request));
  request.headers.replace(Field::server_timing, "0");
  EXPECT_FALSE(tells_timing(ServerTiming::on_request, request));
}

}  // namespace
}  // namespace gatehouse::http
