#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::http {

/// The request methods the service tells apart (RFC 9110 section 9); every other one is `other` and gets a 405.
enum class Method : std::uint8_t { get, head, post, put, delete_, options, other };

[[nodiscard]] constexpr Method method_from(std::string_view text) {
  if (text == "GET") return Method::get;
  if (text == "POST") return Method::post;
  if (text == "HEAD") return Method::head;
  if (text == "PUT") return Method::put;
  if (text == "DELETE") return Method::delete_;
  if (text == "OPTIONS") return Method::options;
  return Method::other;
}

[[nodiscard]] constexpr std::string_view to_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "OTHER";
  }
  return "OTHER";
}

}  // namespace gatehouse::http
