#include "support/test_redis.hpp"

#include <unistd.h>

#include <string>

namespace gatehouse::testing {

namespace {

constexpr const char* redis_program = "/usr/bin/redis-server";

}  // namespace

bool TestRedis::is_installed() { return access(redis_program, X_OK) == 0; }

TestRedis::TestRedis()
    : server_({redis_program, "--bind", "127.0.0.1", "--port", std::to_string(port_.number()), "--save", "", "--dir",
               directory_.path().string()},
              port_.number()) {}

}  // namespace gatehouse::testing
