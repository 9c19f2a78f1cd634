#include "http/answer.hpp"

#include <array>
#include <cassert>
#include <charconv>

#include "json/writer.hpp"

namespace gatehouse::http {
namespace {

// OWASP REST Security Cheat Sheet: an API's answers are neither cached, framed, sniffed nor rendered.
constexpr std::string_view security_headers =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view json_line = "Content-Type: application/json; charset=utf-8\r\n";
constexpr std::string_view yaml_line = "Content-Type: application/yaml\r\n";
constexpr std::string_view prometheus_line = "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n";
constexpr std::string_view ndjson_line = "Content-Type: application/x-ndjson\r\n";
constexpr std::string_view event_stream_line = "Content-Type: text/event-stream\r\n";
constexpr std::string_view html_line = "Content-Type: text/html; charset=utf-8\r\n";
constexpr std::string_view page_headers =
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n";
constexpr std::string_view problem_line = "Content-Type: application/problem+json\r\n";
constexpr std::string_view transport_security = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

constexpr std::string_view content_type_line(MediaType type) {
  switch (type) {
    case MediaType::json:
      return json_line;
    case MediaType::yaml:
      return yaml_line;
    case MediaType::problem_json:
      return problem_line;
    case MediaType::ndjson:
      return ndjson_line;
    case MediaType::prometheus:
      return prometheus_line;
    case MediaType::event_stream:
      return event_stream_line;
    case MediaType::html:
      return html_line;
  }
  return json_line;
}

void append_number(std::string& out, std::size_t value, int base = 10) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), end);
}

void write_details(json::Writer& writer, const FieldErrors& details) {
  if (details.empty()) return;
  writer.key("details").begin_array();
  for (const FieldError& detail : details) {
    writer.begin_object().member("field", detail.field).member("message", detail.message).member("code", detail.code);
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

CommonHeaders::CommonHeaders(bool over_tls, TimePoint now, ServerTiming timing)
    : timing_(timing), fixed_(no_store_line) {
  fixed_ += no_content_line;
  fixed_ += security_headers;
  if (over_tls) fixed_ += transport_security;
  set_date(now);
}

void CommonHeaders::set_date(TimePoint now) {
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second == second_) return;
  second_ = second;
  text_ = fixed_;
  text_ += "Date: ";
  append_http_date(text_, now);
  text_ += "\r\n";
}

void Answer::reset(const Request& request) {
  request_ = &request;
  extra_headers_.clear();
  cors_headers_ = {};
  state_ = State::open;
  close_ = !request.keep_alive;
  is_logged_ = true;
  is_public_ = false;
  is_page_ = false;
  refusal_ = {};
  tells_timing_ = true;
}

void Answer::add_header(std::string_view name, std::string_view value) {
  extra_headers_ += name;
  extra_headers_ += ": ";
  extra_headers_ += value;
  extra_headers_ += "\r\n";
}

std::string_view Answer::common_headers() const {
  if (is_page_) return common_.text_to_show();
  return is_public_ ? common_.text_to_keep() : common_.text();
}

void Answer::write_head(Status status, std::string_view content_type_line) {
  assert(state_ == State::open);
  status_ = status;
  close_ = close_ || common_.is_draining();
  out_ += status_line(status);
  out_ += content_type_line;
  out_ += common_headers();
  out_ += cors_headers_;
  out_ += extra_headers_;
  if (tells_timing_ && tells_timing(common_.timing(), *request_)) {
    append_server_timing(out_, request_->scope, std::chrono::steady_clock::now());
  }
  out_ += "X-Request-Id: ";
  out_ += request_->id;
  if (close_) {
    out_ += "\r\nConnection: close\r\n";
  } else {
    out_ += request_->is_http_1_0 ? "\r\nConnection: keep-alive\r\n" : "\r\n";
  }
}

void Answer::send(Status status, std::string_view body, MediaType type) {
  write_head(status, content_type_line(type));
  out_ += "Content-Length: ";
  append_number(out_, body.size());
  out_ += "\r\n\r\n";
  if (request_->method != Method::head) out_ += body;
  state_ = State::sent;
}

void Answer::send_page(std::string_view html) {
  is_page_ = true;
  extra_headers_ += page_headers;
  send(Status::ok, html, MediaType::html);
}

void Answer::send_empty(Status status) {
  write_head(status, {});
  // RFC 9110 8.6: in a 304 it would be the length of the body that the client already has.
  const bool has_length = status != Status::no_content && status != Status::not_modified;
  out_ += has_length ? "Content-Length: 0\r\n\r\n" : "\r\n";
  state_ = State::sent;
}

void Answer::refuse(const Problem& problem, const FieldErrors& details) {
  refusal_ = problem.code;
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("error", problem.text).member("code", problem.code);
  write_details(writer, details);
  writer.member("requestId", request_->id).end_object();
  send(problem.status, json);
}

bool Answer::wants_body() const { return request_->method != Method::head; }

void Answer::begin_stream(Status status, MediaType type) {
  if (request_->is_http_1_0) close_ = true;
  write_head(status, content_type_line(type));
  out_ += request_->is_http_1_0 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n";
  state_ = State::streaming;
}

Task<bool> Answer::write(std::string piece) {
  if (!wants_body() || piece.empty()) co_return true;
  if (request_->is_http_1_0) {
    out_ += piece;
  } else {
    append_number(out_, piece.size(), 16);
    out_ += "\r\n";
    out_ += piece;
    out_ += "\r\n";
  }
  std::string{}.swap(piece);
  co_return co_await sink_.flush();
}

void Answer::end_stream() {
  if (!request_->is_http_1_0 && wants_body()) out_ += "0\r\n\r\n";
  state_ = State::sent;
}

void Answer::abort_stream() {
  close_ = true;
  state_ = State::aborted;
}

}  // namespace gatehouse::http
