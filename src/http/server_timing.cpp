#include "http/server_timing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace gatehouse::http {
namespace {

void append_part(std::string& out, std::string_view name, std::chrono::nanoseconds time) {
  constexpr int decimals = 2;
  const double ms = std::chrono::duration<double, std::milli>{std::max(time, std::chrono::nanoseconds{0})}.count();
  std::array<char, 32> digits{};
  char* const end = std::to_chars(digits.begin(), digits.end(), ms, std::chars_format::fixed, decimals).ptr;
  out.append(name).append(";dur=").append(digits.data(), end);
}

}  // namespace

bool tells_timing(ServerTiming when, const Request& request) {
  switch (when) {
    case ServerTiming::off:
      return false;
    case ServerTiming::on_request:
      return request.headers[Field::server_timing] == "1" && request.caller.scopes.has(Scope::metrics);
    case ServerTiming::always:
      return true;
  }
  return false;
}

void append_server_timing(std::string& out, const RequestScope& scope, std::chrono::steady_clock::time_point now) {
  out += "Server-Timing: ";
  append_part(out, "app", now - scope.begun - scope.database - scope.hashing - scope.queueing);
  append_part(out, ", db", scope.database);
  append_part(out, ", hash", scope.hashing);
  append_part(out, ", queue", scope.queueing);
  out += "\r\n";
}

}  // namespace gatehouse::http
