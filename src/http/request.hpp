#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>

#include "base/caller.hpp"
#include "base/request_scope.hpp"
#include "http/client.hpp"
#include "http/method.hpp"

namespace gatehouse::http {

/// The header fields the service reads. All others are parsed, checked for form and forgotten.
enum class Field : std::uint8_t {
  host,
  content_type,
  content_encoding,
  content_length,
  transfer_encoding,
  expect,
  accept,
  accept_encoding,
  accept_language,
  if_match,
  if_none_match,
  last_event_id,
  idempotency_key,
  audience,
  authorization,
  api_key,
  origin,
  request_id,
  cookie,
  forwarded_for,
  forwarded_method,
  forwarded_proto,
  forwarded_host,
  forwarded_uri,
  original_url,
  user_agent,
  client_address,
  client_user_agent,
  device_token,
  server_timing,
  traceparent,
  access_control_request_method,
};
inline constexpr std::size_t field_count = static_cast<std::size_t>(Field::access_control_request_method) + 1;

/// The known header fields of one request: the first value of each field and how often it occurred. For X-Forwarded-For
/// it holds the last lines, because each proxy on the way may have added one. Views into the connection's read buffer.
class Headers {
 public:
  static constexpr std::size_t forwarded_lines_max = 8;

  [[nodiscard]] std::string_view operator[](Field field) const { return values_[index(field)]; }
  [[nodiscard]] unsigned count(Field field) const { return counts_[index(field)]; }
  [[nodiscard]] bool has(Field field) const { return count(field) != 0; }

  void add(Field field, std::string_view value) {
    auto& seen = counts_[index(field)];
    if (seen == 0) values_[index(field)] = value;
    if (seen < 255) ++seen;
    if (field == Field::forwarded_for) add_forwarded(value);
  }

  /// Replaces all values of the field with this one.
  void replace(Field field, std::string_view value) {
    values_[index(field)] = value;
    counts_[index(field)] = 1;
  }

  /// In the order in which they came.
  [[nodiscard]] std::span<const std::string_view> forwarded_for() const {
    return std::span{forwarded_}.first(forwarded_count_);
  }

 private:
  static constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

  void add_forwarded(std::string_view line) {
    if (forwarded_count_ == forwarded_lines_max) {
      std::shift_left(forwarded_.begin(), forwarded_.end(), 1);
    } else {
      ++forwarded_count_;
    }
    forwarded_[forwarded_count_ - 1] = line;
  }

  std::array<std::string_view, field_count> values_{};
  std::array<std::uint8_t, field_count> counts_{};
  std::array<std::string_view, forwarded_lines_max> forwarded_{};
  std::size_t forwarded_count_ = 0;
};

/// The text that matched each `{…}` of a route's pattern, in order.
inline constexpr std::size_t parameters_max = 4;
using Parameters = std::array<std::string_view, parameters_max>;

/// In place of a route's number if no route has this path and method.
inline constexpr std::size_t no_route = static_cast<std::size_t>(-1);

/// One request as handlers see it: views into its connection's buffers, valid until it is answered.
struct Request {
  Method method = Method::unknown;
  std::string_view path;   ///< `/users`, not percent-decoded: no route needs it
  std::string_view query;  ///< `limit=10`, without the question mark
  bool is_http_1_0 = false;
  bool keep_alive = true;
  Headers headers;
  std::string_view body;         ///< complete, with any chunked coding removed
  std::string_view id;           ///< the request id, safe to print
  RequestScope scope;            ///< for what is done for the request
  bool is_proxied = false;       ///< it comes from one of TRUSTED_PROXIES
  bool is_confidential = false;  ///< nobody on the way can read it: TLS, this machine, or a trusted proxy says so
  Client client;                 ///< the forwarded one if a trusted proxy sent the request
  AddressText client_text{};     ///< room for the text that Client::tell() writes
  std::size_t route = no_route;  ///< the number from Router::add(), once a route has matched
  Parameters parameters;         ///< as written in the path
  Caller caller;                 ///< set once the responder knows who it is
  bool has_lost_body = false;    ///< it was to be refused when its header came, so its body was thrown away
  /// A stop is requested when the client seems to have gone while its request waits. Set for Responder::finish().
  std::stop_token client_gone;

  /// The text that matched the i-th `{…}`, counted from 0.
  [[nodiscard]] std::string_view parameter(std::size_t i) const { return parameters[i]; }
};

}  // namespace gatehouse::http
