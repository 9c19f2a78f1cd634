#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/status.hpp"

namespace gatehouse::http {

/// The bounds of one request, in bytes.
struct ParserLimits {
  std::uint32_t header_bytes_max;  ///< of the fields, without the request line
  std::uint32_t body_bytes_max;
  std::uint32_t target_bytes_max = 8 * 1024;

  /// Method, target, version, two blanks and the line's end.
  [[nodiscard]] constexpr std::uint32_t request_line_bytes_max() const { return target_bytes_max + 64; }
};

/// Reads one HTTP/1.x request (RFC 9112) from a fixed buffer: Beast's parser with stricter framing.
///
/// Beast 1.81 accepts some messages whose end two servers may see in different places. This parser refuses them before
/// it reads a byte of the body: `Transfer-Encoding` that is not exactly `chunked`, in HTTP/1.0, twice, or together with
/// `Content-Length`; two `Content-Length`s; folded lines; control characters in a chunk's line; no `Host` in HTTP/1.1,
/// several, or one that is not a valid host. Trailers are checked for form and dropped.
///
/// The host of a target in absolute form replaces that of the header. `Connection: close` wins over `keep-alive`, and
/// `Proxy-Connection` is ignored (RFC 9112 section 9.3).
///
/// Header views point into the buffer given to feed(), which must not move until the request is done. One parser reads
/// one request; the body is appended to a string of the caller, so that its memory is reused.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// How far a request has been read.
  enum class Progress : std::uint8_t { more, header, done, refused };

  RequestParser(const ParserLimits& limits, std::string& body);

  /// Consumes as many bytes as it can. Returns `header` once, when the header is complete and a body follows, before it
  /// consumes any of the body.
  Progress feed(std::string_view bytes, std::size_t& consumed);

  /// The body is read only to find its end.
  void discard_body() { discards_body_ = true; }

  [[nodiscard]] Request& request() { return request_; }
  /// Why feed() refused.
  [[nodiscard]] Status refusal() const { return refusal_; }
  /// One past the header's last byte in the buffer; null until the header is complete.
  [[nodiscard]] const char* header_end() const { return header_end_; }

 private:
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, string_view method, string_view target, int version,
                       error_code& ec) override;
  void on_response_impl(int code, string_view reason, int version, error_code& ec) override;
  void on_field_impl(boost::beast::http::field field, string_view name, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& ec) override;
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code& ec) override;

  [[nodiscard]] bool fields_exceed_limit(std::size_t unread_bytes) const;
  void append_to_body(std::string_view bytes);

  void refuse(Status status, error_code& ec);
  void note_connection_options(std::string_view options);
  [[nodiscard]] bool framing_is_ambiguous() const;
  [[nodiscard]] bool settle_host();

  const ParserLimits& limits_;
  std::string& body_;
  std::string_view input_;  ///< what feed() was given last
  const char* header_end_ = nullptr;
  std::string_view target_authority_;  ///< of a target in absolute form
  std::size_t request_line_bytes_ = 0;
  std::size_t header_bytes_ = 0;  ///< consumed of the header, including its request line
  Request request_;
  Status refusal_ = Status::bad_request;
  bool discards_body_ = false;
  bool asks_to_close_ = false;
  bool asks_to_stay_ = false;
};

}  // namespace gatehouse::http
