#pragma once

#include <boost/beast/http/status.hpp>
#include <string_view>

namespace gatehouse::http {

/// The status codes (RFC 9110 section 15, RFC 6585).
using Status = boost::beast::http::status;

/// The status line, such as `HTTP/1.1 200 OK\r\n`, for the codes that the service answers with; that of 500 for any
/// other.
[[nodiscard]] constexpr std::string_view status_line(Status status) {
  switch (status) {
    case Status::ok:
      return "HTTP/1.1 200 OK\r\n";
    case Status::created:
      return "HTTP/1.1 201 Created\r\n";
    case Status::accepted:
      return "HTTP/1.1 202 Accepted\r\n";
    case Status::no_content:
      return "HTTP/1.1 204 No Content\r\n";
    case Status::found:
      return "HTTP/1.1 302 Found\r\n";
    case Status::see_other:
      return "HTTP/1.1 303 See Other\r\n";
    case Status::not_modified:
      return "HTTP/1.1 304 Not Modified\r\n";
    case Status::permanent_redirect:
      return "HTTP/1.1 308 Permanent Redirect\r\n";
    case Status::bad_request:
      return "HTTP/1.1 400 Bad Request\r\n";
    case Status::unauthorized:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case Status::forbidden:
      return "HTTP/1.1 403 Forbidden\r\n";
    case Status::not_found:
      return "HTTP/1.1 404 Not Found\r\n";
    case Status::method_not_allowed:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case Status::request_timeout:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case Status::conflict:
      return "HTTP/1.1 409 Conflict\r\n";
    case Status::gone:
      return "HTTP/1.1 410 Gone\r\n";
    case Status::precondition_failed:
      return "HTTP/1.1 412 Precondition Failed\r\n";
    case Status::payload_too_large:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case Status::uri_too_long:
      return "HTTP/1.1 414 URI Too Long\r\n";
    case Status::unsupported_media_type:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case Status::expectation_failed:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case Status::unprocessable_entity:
      return "HTTP/1.1 422 Unprocessable Content\r\n";
    case Status::precondition_required:
      return "HTTP/1.1 428 Precondition Required\r\n";
    case Status::too_many_requests:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case Status::request_header_fields_too_large:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case Status::service_unavailable:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    default:
      return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

}  // namespace gatehouse::http
