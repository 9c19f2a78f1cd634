#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "http/request.hpp"

namespace gatehouse::http {

/// When an answer has a Server-Timing field, which says where its time went.
enum class ServerTiming : std::uint8_t {
  off,
  on_request,  ///< for callers who may read the metrics and ask with `X-Server-Timing: 1`
  always,
};

/// Whether the answer to this request says where its time went. With `on_request` this requires a caller who may read
/// the metrics, so the caller must be known by then.
[[nodiscard]] bool tells_timing(ServerTiming when, const Request& request);

/// Appends `Server-Timing: app;dur=0.12, db;dur=0.80, hash;dur=10.10, queue;dur=0.00` and CRLF, in milliseconds
/// (https://www.w3.org/TR/server-timing/): `app` is the time until `now` less the other three.
void append_server_timing(std::string& out, const RequestScope& scope, std::chrono::steady_clock::time_point now);

}  // namespace gatehouse::http
