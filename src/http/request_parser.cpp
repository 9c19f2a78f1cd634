#include "http/request_parser.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <functional>
#include <optional>

#include "base/secret_string.hpp"
#include "base/text.hpp"
#include "http/authority.hpp"

namespace gatehouse::http {
namespace {

namespace beast_http = boost::beast::http;

bool equals_ignoring_case(std::string_view a, std::string_view b) { return boost::beast::iequals(a, b); }

/// Maps Beast's number of a field to ours; nullopt for a field that nobody reads.
constexpr auto fields_of_beast = [] {
  using beast_http::field;
  std::array<std::optional<Field>, 512> fields{};
  const auto set = [&fields](field beast, Field ours) { fields[static_cast<std::size_t>(beast)] = ours; };
  set(field::host, Field::host);
  set(field::content_type, Field::content_type);
  set(field::content_encoding, Field::content_encoding);
  set(field::content_length, Field::content_length);
  set(field::transfer_encoding, Field::transfer_encoding);
  set(field::expect, Field::expect);
  set(field::authorization, Field::authorization);
  set(field::cookie, Field::cookie);
  set(field::origin, Field::origin);
  set(field::user_agent, Field::user_agent);
  set(field::accept, Field::accept);
  set(field::accept_encoding, Field::accept_encoding);
  set(field::accept_language, Field::accept_language);
  set(field::if_match, Field::if_match);
  set(field::if_none_match, Field::if_none_match);
  set(field::access_control_request_method, Field::access_control_request_method);
  return fields;
}();

/// A field that Beast has no number for, spelled as most clients write it.
struct UnnumberedField {
  std::string_view name;
  Field field;
};
constexpr std::array unnumbered_fields{
    UnnumberedField{"Last-Event-ID", Field::last_event_id},
    UnnumberedField{"Idempotency-Key", Field::idempotency_key},
    UnnumberedField{"X-API-Key", Field::api_key},
    UnnumberedField{"X-Audience", Field::audience},
    UnnumberedField{"X-Request-Id", Field::request_id},
    UnnumberedField{"X-Forwarded-For", Field::forwarded_for},
    UnnumberedField{"X-Forwarded-Method", Field::forwarded_method},
    UnnumberedField{"X-Forwarded-Proto", Field::forwarded_proto},
    UnnumberedField{"X-Forwarded-Host", Field::forwarded_host},
    UnnumberedField{"X-Forwarded-Uri", Field::forwarded_uri},
    UnnumberedField{"X-Original-URL", Field::original_url},
    UnnumberedField{"X-Client-Address", Field::client_address},
    UnnumberedField{"X-Client-User-Agent", Field::client_user_agent},
    UnnumberedField{"X-Device-Token", Field::device_token},
    UnnumberedField{"X-Server-Timing", Field::server_timing},
    UnnumberedField{"traceparent", Field::traceparent},
};

/// Few of the names have the same length, which keeps the search short.
std::optional<Field> unnumbered_field(std::string_view name) {
  for (const auto& [wanted, field] : unnumbered_fields) {
    if (name.size() == wanted.size() && equals_ignoring_case(name, wanted)) return field;
  }
  return std::nullopt;
}

std::optional<Field> known_field(beast_http::field field, std::string_view name) {
  if (field == beast_http::field::unknown) return unnumbered_field(name);
  const auto number = static_cast<std::size_t>(field);
  return number < fields_of_beast.size() ? fields_of_beast[number] : std::nullopt;
}

bool contains(std::string_view outer, std::string_view inner) {
  const std::less_equal<const char*> at_most;
  return at_most(outer.data(), inner.data()) && at_most(inner.data() + inner.size(), outer.data() + outer.size());
}

/// Whether the field spans several lines (obs-fold, RFC 9112 section 5.2). Beast unfolds a value into a copy, or skips
/// an empty first line; so the value must lie within one line of the input, and the next line must not continue it.
bool is_folded(std::string_view input, std::string_view name, std::string_view value) {
  const char* const end = input.data() + input.size();
  const char* next = name.data() + name.size() + 1;  // after the colon
  if (!value.empty()) {
    if (!contains(input, value)) return true;
    for (; next < value.data(); ++next) {
      if (*next != ' ' && *next != '\t') return true;
    }
    next = value.data() + value.size();
  }
  while (next < end && (*next == ' ' || *next == '\t')) ++next;
  return end - next < 3 || next[0] != '\r' || next[1] != '\n' || next[2] == ' ' || next[2] == '\t';
}

struct Target {
  std::string_view authority;  ///< of the absolute form
  std::string_view local;      ///< path and query, or the asterisk; empty for a form that no server answers
};

/// Origin form, the asterisk and absolute form (RFC 9112 section 3.2).
Target take_apart(std::string_view target) {
  if (target.starts_with('/') || target == "*") return {.authority = {}, .local = target};
  const auto scheme_end = target.find("://");
  const std::string_view scheme = target.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos ||
      !(equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"))) {
    return {};
  }
  const std::string_view rest = target.substr(scheme_end + 3);
  const auto authority_end = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, authority_end);
  if (!is_authority(authority)) return {};
  if (authority_end == std::string_view::npos) return {authority, "/"};
  return {authority, rest[authority_end] == '/' ? rest.substr(authority_end) : std::string_view{}};
}

Status status_of(const boost::beast::error_code& ec) {
  if (ec == beast_http::error::header_limit || ec == beast_http::error::buffer_overflow) {
    return Status::request_header_fields_too_large;
  }
  if (ec == beast_http::error::body_limit) return Status::payload_too_large;
  return Status::bad_request;
}

}  // namespace

RequestParser::RequestParser(const ParserLimits& limits, std::string& body) : limits_(limits), body_(body) {
  header_limit(limits.request_line_bytes_max() + limits.header_bytes_max);
  body_limit(limits.body_bytes_max);
  eager(false);  // one step at a time, so that the header's end is seen
}

RequestParser::Progress RequestParser::feed(std::string_view bytes, std::size_t& consumed) {
  error_code ec;
  input_ = bytes;
  consumed = 0;
  while (consumed < bytes.size() && !is_done()) {
    const std::size_t step = put(boost::asio::buffer(bytes.data() + consumed, bytes.size() - consumed), ec);
    consumed += step;
    if (header_end_ == nullptr) header_bytes_ += step;
    if (ec && ec != beast_http::error::need_more) {
      if (refusal_ == Status::bad_request) refusal_ = status_of(ec);
      return Progress::refused;
    }
    if (header_end_ == nullptr && fields_exceed_limit(is_header_done() ? 0 : bytes.size() - consumed)) {
      refusal_ = Status::request_header_fields_too_large;
      return Progress::refused;
    }
    if (header_end_ == nullptr && is_header_done()) {
      header_end_ = bytes.data() + consumed;
      if (!is_done()) return Progress::header;
    }
    if (ec || step == 0) break;
  }
  if (!is_done()) return Progress::more;
  request_.body = body_;
  return Progress::done;
}

/// Beast's own limit applies to what it has not consumed yet, including the request line, and it may consume one field
/// at a time.
bool RequestParser::fields_exceed_limit(std::size_t unread_bytes) const {
  return request_line_bytes_ > 0 && header_bytes_ + unread_bytes > request_line_bytes_ + limits_.header_bytes_max;
}

void RequestParser::refuse(Status status, error_code& ec) {
  refusal_ = status;
  ec = beast_http::error::bad_value;
}

void RequestParser::on_request_impl(beast_http::verb verb, string_view method, string_view target, int version,
                                    error_code& ec) {
  if (target.size() > limits_.target_bytes_max) return refuse(Status::uri_too_long, ec);
  constexpr std::size_t fixed_bytes = std::string_view{"  HTTP/1.1\r\n"}.size();
  request_line_bytes_ = method.size() + target.size() + fixed_bytes;
  if (request_line_bytes_ > limits_.request_line_bytes_max()) return refuse(Status::bad_request, ec);
  const auto [authority, local] = take_apart(target);
  if (local.empty()) return refuse(Status::bad_request, ec);
  target_authority_ = authority;
  request_.method = verb;
  request_.path = local.substr(0, local.find('?'));
  if (request_.path.size() < local.size()) request_.query = local.substr(request_.path.size() + 1);
  request_.is_http_1_0 = version == 10;
}

void RequestParser::on_field_impl(beast_http::field field, string_view name, string_view value, error_code& ec) {
  if (is_folded(input_, name, value)) return refuse(Status::bad_request, ec);
  if (is_header_done()) return;  // a trailer
  if (field == beast_http::field::connection) note_connection_options(value);
  if (const auto known = known_field(field, name)) request_.headers.add(*known, value);
}

/// Beast's keep_alive() takes `Proxy-Connection` for `Connection`, and in HTTP/1.0 lets `keep-alive` win over `close`.
void RequestParser::note_connection_options(std::string_view options) {
  for (const auto option : beast_http::opt_token_list{options}) {
    asks_to_close_ = asks_to_close_ || equals_ignoring_case(option, "close");
    asks_to_stay_ = asks_to_stay_ || equals_ignoring_case(option, "keep-alive");
  }
}

/// An HTTP/1.1 request has exactly one `Host`; the host of a target in absolute form takes its place (RFC 9112 section
/// 3.2).
bool RequestParser::settle_host() {
  Headers& headers = request_.headers;
  const unsigned hosts = headers.count(Field::host);
  if (hosts > 1 || (hosts == 0 && !request_.is_http_1_0)) return false;
  if (hosts == 1 && !is_authority(headers[Field::host])) return false;
  if (!target_authority_.empty()) headers.replace(Field::host, target_authority_);
  return true;
}

bool RequestParser::framing_is_ambiguous() const {
  const Headers& headers = request_.headers;
  if (headers.count(Field::content_length) > 1) return true;
  // Beast lets a list of equal lengths pass.
  if (headers[Field::content_length].find_first_not_of("0123456789") != std::string_view::npos) return true;
  if (!headers.has(Field::transfer_encoding)) return false;
  return request_.is_http_1_0 || headers.count(Field::transfer_encoding) > 1 || headers.has(Field::content_length) ||
         !equals_ignoring_case(headers[Field::transfer_encoding], "chunked");
}

void RequestParser::on_header_impl(error_code& ec) {
  const Headers& headers = request_.headers;
  if (framing_is_ambiguous()) return refuse(Status::bad_request, ec);
  if (!settle_host()) return refuse(Status::bad_request, ec);
  if (headers.has(Field::expect) && !equals_ignoring_case(headers[Field::expect], "100-continue")) {
    return refuse(Status::expectation_failed, ec);
  }
  request_.keep_alive = !asks_to_close_ && (asks_to_stay_ || !request_.is_http_1_0);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& ec) {
  if (content_length && *content_length > limits_.body_bytes_max) refuse(Status::payload_too_large, ec);
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
  append_to_body(body);
  return body.size();
}

/// Beast lets quoted values of extensions hold any byte. A server in front of this one may end the line at a bare line
/// feed, and would then see another body and another request.
void RequestParser::on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& ec) {
  if (std::ranges::any_of(extensions, is_control)) refuse(Status::bad_request, ec);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
  append_to_body(body);
  return body.size();
}

/// A body may hold a password, so a buffer that has become too small is wiped before it is freed.
void RequestParser::append_to_body(std::string_view bytes) {
  if (discards_body_) return;
  const std::size_t size = body_.size() + bytes.size();
  if (size > body_.capacity()) {
    std::string larger;
    larger.reserve(std::clamp(2 * body_.capacity(), size, std::max<std::size_t>(size, limits_.body_bytes_max)));
    larger = body_;
    larger.swap(body_);
    wipe_memory(larger.data(), larger.size());
  }
  body_.append(bytes);
}

void RequestParser::on_response_impl(int, string_view, int, error_code&) {}
void RequestParser::on_finish_impl(error_code&) {}

}  // namespace gatehouse::http
