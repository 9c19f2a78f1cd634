#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/field_error.hpp"
#include "base/time.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"
#include "http/server_timing.hpp"
#include "http/status.hpp"
#include "runtime/task.hpp"

namespace gatehouse::http {

/// The headers that every answer of one io thread has: the security headers and the date. They are rendered once a
/// second, so that an answer only copies them. Also knows whether the thread is shutting down; every answer then closes
/// its connection.
class CommonHeaders {
 public:
  /// The first lines of text(), for answers that must be neither cached nor rendered.
  static constexpr std::string_view no_store_line = "Cache-Control: no-store\r\n";
  static constexpr std::string_view no_content_line =
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

  /// `over_tls` adds Strict-Transport-Security (RFC 6797).
  CommonHeaders(bool over_tls, TimePoint now, ServerTiming timing = ServerTiming::off);

  void set_date(TimePoint now);
  [[nodiscard]] std::string_view text() const { return text_; }
  /// The same without no_store_line.
  [[nodiscard]] std::string_view text_to_keep() const { return text().substr(no_store_line.size()); }
  /// The same without no_store_line and no_content_line.
  [[nodiscard]] std::string_view text_to_show() const { return text_to_keep().substr(no_content_line.size()); }

  void begin_draining() { draining_ = true; }
  [[nodiscard]] bool is_draining() const { return draining_; }
  [[nodiscard]] ServerTiming timing() const { return timing_; }

 private:
  const ServerTiming timing_;
  std::string fixed_;
  std::string text_;
  std::int64_t second_ = 0;
  bool draining_ = false;
};

/// The media type of a body, for its Content-Type.
enum class MediaType : std::uint8_t { json, yaml, problem_json, ndjson, prometheus, event_stream, html };

/// The connection as seen by an answer that is not sent at once. It sends what has been written so far, for answers too
/// long to hold in memory.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  /// Returns once the kernel has taken the bytes; false when the client is gone and the answer is pointless.
  [[nodiscard]] virtual Task<bool> flush() = 0;
  /// The request may have to wait long for something: until it is answered, its connection does not count towards the
  /// process's limit. Called at most once per request.
  virtual void step_aside() = 0;
};

/// Writes the answer to one request straight into its connection's output buffer.
///
/// Exactly one of send(), send_page(), refuse(), send_empty() or begin_stream() … end_stream() is called for each
/// request, and add_header() only before it. Not thread-safe, like every part of a connection.
class Answer {
 public:
  Answer(std::string& out, const CommonHeaders& common, StreamSink& sink) : out_(out), common_(common), sink_(sink) {}

  /// Starts over for the next request.
  void reset(const Request& request);

  /// Adds a header line. The texts contain no CR or LF; they are copied.
  void add_header(std::string_view name, std::string_view value);
  /// Sets header lines that are ready to send, each with its CRLF; the view outlives the answer.
  void set_cors_headers(std::string_view lines) { cors_headers_ = lines; }
  /// For an answer that anyone may read and cache: the lines replace the CORS headers and the `Cache-Control` that
  /// forbids caching. The view outlives the answer.
  void set_public_headers(std::string_view lines) {
    cors_headers_ = lines;
    is_public_ = true;
  }
  /// Leaves out Server-Timing, which would reveal what the answer's duration is meant to hide.
  void leave_out_timing() { tells_timing_ = false; }
  /// See StreamSink::step_aside().
  void step_aside() { sink_.step_aside(); }
  /// Keeps this request out of the access log.
  void leave_out_of_log() { is_logged_ = false; }

  /// A complete answer with a body.
  void send(Status status, std::string_view body, MediaType type = MediaType::json);
  /// A page for people. It may have inline styles and nothing else. `html` never holds a client's text.
  void send_page(std::string_view html);
  /// A complete answer without a body.
  void send_empty(Status status);
  /// `{"error":…,"code":…,"requestId":…}`, with `details` if there are any.
  void refuse(const Problem& problem, const FieldErrors& details = {});

  /// False for HEAD: the caller need not make a body.
  [[nodiscard]] bool wants_body() const;
  /// Starts an answer of unknown length: chunked, or ended by the close for HTTP/1.0 (RFC 9112 section 6.3).
  void begin_stream(Status status, MediaType type = MediaType::json);
  /// Adds a piece and sends it; only one copy is in memory until the kernel has taken it. False if the client is
  /// gone.
  [[nodiscard]] Task<bool> write(std::string piece);
  void end_stream();
  /// The stream cannot be completed: the connection is reset, so that the client notices.
  void abort_stream();

  [[nodiscard]] bool is_sent() const { return state_ != State::open; }
  [[nodiscard]] bool is_stream_open() const { return state_ == State::streaming; }
  [[nodiscard]] bool is_aborted() const { return state_ == State::aborted; }
  [[nodiscard]] bool closes_connection() const { return close_; }
  [[nodiscard]] Status status() const { return status_; }
  /// The code of the refusal, static; "" if the request was not refused.
  [[nodiscard]] std::string_view refusal() const { return refusal_; }
  [[nodiscard]] bool is_logged() const { return is_logged_; }

 private:
  enum class State : std::uint8_t { open, streaming, sent, aborted };

  void write_head(Status status, std::string_view content_type_line);
  [[nodiscard]] std::string_view common_headers() const;

  std::string& out_;
  const CommonHeaders& common_;
  StreamSink& sink_;

  const Request* request_ = nullptr;
  std::string extra_headers_;
  std::string_view cors_headers_;
  State state_ = State::open;
  Status status_ = Status::internal_server_error;
  std::string_view refusal_;
  bool close_ = false;
  bool is_logged_ = true;
  bool tells_timing_ = true;
  bool is_public_ = false;
  bool is_page_ = false;
};

}  // namespace gatehouse::http
