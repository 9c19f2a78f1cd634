#pragma once

#include <array>

#include "http/problem.hpp"

/// Refusals by the HTTP engine itself, whatever the request asks for.
namespace gatehouse::http::problems {

inline constexpr Problem malformed_request{Status::bad_request, "malformed_request", "Malformed HTTP request"};
inline constexpr Problem request_timeout{Status::request_timeout, "request_timeout", "Request not received in time"};
inline constexpr Problem body_too_large{Status::payload_too_large, "body_too_large", "Request body too large"};
inline constexpr Problem uri_too_long{Status::uri_too_long, "uri_too_long", "Request target too long"};
inline constexpr Problem expectation_failed{Status::expectation_failed, "expectation_failed",
                                            "Expectation not supported"};
inline constexpr Problem header_too_large{Status::request_header_fields_too_large, "header_too_large",
                                          "Request header too large"};
inline constexpr Problem internal_error{Status::internal_server_error, "internal_error", "Internal server error"};

/// A request that could not be read to its end is refused with one of these.
inline constexpr std::array unreadable{malformed_request, request_timeout,    body_too_large,
                                       uri_too_long,      expectation_failed, header_too_large};

/// The problem of a request that could not be read to its end; `status` says why, as RequestParser::refusal() does.
[[nodiscard]] constexpr const Problem& of_unreadable(Status status) {
  for (const Problem& problem : unreadable) {
    if (problem.status == status) return problem;
  }
  return malformed_request;
}

}  // namespace gatehouse::http::problems
