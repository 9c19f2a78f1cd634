#include "http/stream_connection.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "base/secret_string.hpp"
#include "http/problems.hpp"
#include "runtime/coarse_clock.hpp"

// The invariants.
//
// One operation at a time. Of read, write, handler, handshake and shutdown at most one is pending, and waiting_ says
// which. Its completion holds the only lasting reference to the connection: with nothing pending the connection is
// gone. Every function therefore ends by starting an operation, or by leaving none. close() starts nothing; the pending
// operation then ends with an error, and its completion releases the connection. A handler cannot be ended; it finds
// the socket closed.
//
// The read buffer. While parser_ exists, the header's bytes stay where they are, because the request's views point at
// them. So a header starts at the front of the buffer, unless all of it has arrived elsewhere already. Body bytes pass
// through the room after the header into body_, where they must not move either once the request is dispatched. Nothing
// is read while a handler runs.
//
// The output. out_ holds answers in the order of their requests, and only the last one may be unfinished. It is written
// when no further request waits in the read buffer, when it is full, before a handler is awaited and by a streamed
// answer. While a write is pending nothing is added to it.
//
// Ends. closing_ means that no further request is parsed: out_ is written, then finish() ends the connection. The
// client is told so by its last answer. The same happens once the connection is older than KEEPALIVE_MAX, but age alone
// ends no connection. After a refusal the client may still be sending, so the connection lingers; after an incomplete
// answer it is reset.
//
// Early answers. The responder sees each request when its header is complete. If it answers then, the answer is sent at
// once, and the body is read only to find the next request after it. The client gets no other answer to that request,
// whatever happens to its body.
//
// Secrets. A body or a header may hold a password or a key. A body is overwritten when its request is answered, a
// header before the next read, and what is left of both when the connection is destroyed.

namespace gatehouse::http {

namespace asio = boost::asio;

template <class Stream>
template <class... StreamArguments>
StreamConnection<Stream>::StreamConnection(ConnectionContext& context, Place place, Peer peer,
                                           StreamArguments&&... stream_arguments)
    : context_(context),
      place_(std::move(place)),
      stream_(std::forward<StreamArguments>(stream_arguments)...),
      peer_(std::move(peer)),
      read_(context.limits.request_line_bytes_max() + context.limits.header_bytes_max + body_window_bytes),
      answer_(out_, context.common_headers, *this) {}

template <class Stream>
StreamConnection<Stream>::~StreamConnection() {
  wipe_memory(body_.data(), body_.size());
}

template <class Stream>
runtime::TcpSocket& StreamConnection<Stream>::socket() {
  if constexpr (is_tls) {
    return stream_.next_layer();
  } else {
    return stream_;
  }
}

template <class Stream>
void StreamConnection<Stream>::wait_for(Waiting what, std::chrono::milliseconds at_most) {
  waiting_ = what;
  deadline_ = runtime::coarse_now() + at_most;
}

/// Writing in between has its own deadline and does not give the request more time.
template <class Stream>
void StreamConnection<Stream>::wait_for_rest_until(TimePointSteady deadline) {
  waiting_ = Waiting::rest_of_request;
  deadline_ = request_deadline_ = deadline;
}

template <class Stream>
void StreamConnection<Stream>::start() {
  if constexpr (is_tls) {
    wait_for(Waiting::handshake, context_.settings.header_timeout);
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [self = this->shared_from_this()](const ErrorCode& failure) {
                              if (failure) {
                                self->close();
                              } else {
                                self->proceed();
                              }
                            });
  } else {
    proceed();
  }
}

template <class Stream>
void StreamConnection<Stream>::turn_away() {
  parser_.emplace(context_.limits, body_);
  request_begin_ = std::chrono::steady_clock::now();
  const Request& request = begin_last_answer();
  context_.responder.turn_away(request, answer_);
  log(request, age());
  proceed();
}

/// The connection's loop: parses and answers until it has to wait for bytes, room in out_ or a handler's result.
template <class Stream>
void StreamConnection<Stream>::proceed() {
  while (true) {
    const bool full = answered_in_batch_ >= context_.settings.pipeline_max || out_.size() >= output_bytes_max;
    if ((closing_ || full) && !write()) return;
    if (closing_) return finish();
    switch (parse()) {
      case Parsed::more:
        if (write()) read();
        return;
      case Parsed::refused:
        refuse(parser_->refusal());
        break;
      case Parsed::ending:
        break;
      case Parsed::done:
        if (!dispatch()) return;
        end_request();
    }
  }
}

template <class Stream>
void StreamConnection<Stream>::begin_request() {
  // A header must not move once it is parsed. So it starts at the front, unless all of it has arrived already and there
  // is room after it for body bytes on their way through.
  read_.settle("\r\n\r\n", body_window_bytes);
  parser_.emplace(context_.limits, body_);
  stage_ = Stage::header;
  has_spoken_ = true;
  request_begin_ = std::chrono::steady_clock::now();
  wait_for_rest_until(runtime::coarse_now() + context_.settings.header_timeout);
}

/// Some clients send an extra empty line after their body (RFC 9112 section 2.2). It begins no request and so no
/// request deadline. True if what has arrived may become such a line, or was nothing else.
template <class Stream>
bool StreamConnection<Stream>::skip_empty_line() {
  constexpr std::string_view empty_line = "\r\n";
  const std::string_view waiting = read_.waiting();
  if (!skipped_empty_line_ && waiting.starts_with(empty_line)) {
    skipped_empty_line_ = true;
    read_.consume(empty_line.size());
  }
  return read_.is_empty() || (!skipped_empty_line_ && waiting == empty_line.substr(0, 1));
}

template <class Stream>
auto StreamConnection<Stream>::parse() -> Parsed {
  if (parser_ ? read_.is_empty() : skip_empty_line()) return Parsed::more;
  if (!parser_) begin_request();
  auto progress = feed();
  if (progress == RequestParser::Progress::header) {
    on_header();
    if (closing_) return Parsed::ending;
    progress = feed();
  }
  if (progress == RequestParser::Progress::refused) return Parsed::refused;
  return progress == RequestParser::Progress::done ? Parsed::done : Parsed::more;
}

template <class Stream>
RequestParser::Progress StreamConnection<Stream>::feed() {
  std::size_t consumed = 0;
  const auto progress = parser_->feed(read_.waiting(), consumed);
  read_.consume(consumed);
  return progress;
}

/// Only called for a request with a body.
template <class Stream>
void StreamConnection<Stream>::on_header() {
  wait_for_rest_until(runtime::coarse_now() + context_.settings.body_timeout);
  Request& request = parser_->request();
  if (!admit(request)) {
    note_answer(request);
    closing_ = lingering_ = answer_.closes_connection();
    return;
  }
  if (request.headers.has(Field::expect) && !request.is_http_1_0 && read_.is_empty()) {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  }
}

template <class Stream>
void StreamConnection<Stream>::begin_answer(Request& request) {
  request.id = context_.request_ids.assign(request.headers[Field::request_id], id_buffer_);
  request.scope = {.request_id = request.id,
                   .trace_id = context_.trace_ids.assign(request.headers[Field::traceparent], trace_buffer_),
                   .begun = request_begin_};
  request.is_proxied = peer_.is_proxy();
  request.is_confidential = is_tls || peer_.is_confidential(request.headers);
  request.client = peer_.client_of(request);
  request.keep_alive = request.keep_alive && !has_lived_enough();
  if (peer_.is_disbelieved(request.headers)) context_.on_disbelief(peer_.text());
  answer_.reset(request);
  out_answered_ = out_.size();
  out_flushed_ = 0;
}

/// False if that has answered the request.
template <class Stream>
bool StreamConnection<Stream>::admit(Request& request) {
  begin_answer(request);
  const Admission admission = context_.responder.admit(request, answer_);
  stage_ = admission == Admission::answered ? Stage::answered : Stage::admitted;
  if (admission != Admission::with_body) parser_->discard_body();
  return stage_ == Stage::admitted;
}

/// False if a handler has taken over; on_handled() then goes on.
template <class Stream>
bool StreamConnection<Stream>::dispatch() {
  Request& request = parser_->request();
  if (stage_ == Stage::answered) return true;
  if (stage_ == Stage::header && !admit(request)) {
    note_answer(request);
    return true;
  }
  out_answered_ = out_.size();  // out_ may have been sent since the header arrived
  if (context_.responder.begin(request, answer_)) return true;

  write_ahead();
  waiting_ = Waiting::handler;
  request.client_gone = socket().end_token();
  socket().reactor().add_waiting_request();
  context_.traffic.begin_waiting();
  auto task = context_.responder.finish(request, answer_);
  asio::co_spawn(stream_.get_executor().with(request.scope), std::move(task),
                 [self = this->shared_from_this()](const std::exception_ptr&) { self->on_handled(); });
  return false;
}

template <class Stream>
void StreamConnection<Stream>::on_handled() {
  if (!place_.step_back()) socket().reactor().remove_waiting_request();
  context_.traffic.end_waiting();
  if (!socket().is_open()) return note_answer(parser_->request());
  if (!answer_.is_sent()) answer_.refuse(problems::internal_error);
  end_request();
  proceed();
}

template <class Stream>
void StreamConnection<Stream>::end_request() {
  if (stage_ != Stage::answered) note_answer(parser_->request());
  aborted_ = answer_.is_aborted() || answer_.is_stream_open();
  closing_ = aborted_ || answer_.closes_connection();
  parser_.reset();
  skipped_empty_line_ = false;
  ++answered_in_batch_;
  // A body may hold a password.
  wipe_memory(body_.data(), body_.size());
  body_.clear();
  if (body_.capacity() > kept_bytes_max) std::string{}.swap(body_);
}

template <class Stream>
void StreamConnection<Stream>::note_answer(const Request& request) {
  const auto duration = age();
  context_.traffic.count(request, answer_.status(), duration);
  log(request, duration);
}

template <class Stream>
void StreamConnection<Stream>::log(const Request& request, std::chrono::nanoseconds duration) {
  if (!context_.access_log.is_enabled() || !answer_.is_logged()) return;
  context_.access_log.append({.time = context_.clock.now(),
                              .request_id = request.id,
                              .trace_id = request.scope.trace_id,
                              .method = to_text(request.method),
                              .path = request.path,
                              .status = static_cast<unsigned>(answer_.status()),
                              .code = answer_.refusal(),
                              .bytes = out_flushed_ + out_.size() - out_answered_,
                              .duration = std::chrono::duration_cast<std::chrono::microseconds>(duration),
                              .client = request.client.text});
}

template <class Stream>
const Request& StreamConnection<Stream>::begin_last_answer() {
  Request& request = parser_->request();
  request.keep_alive = false;
  begin_answer(request);
  closing_ = lingering_ = true;
  return request;
}

/// Answers a request that could not be read, and ends the connection, because it is unknown where the next one starts.
template <class Stream>
void StreamConnection<Stream>::refuse(Status status) {
  if (stage_ == Stage::answered) {
    closing_ = lingering_ = true;
    return;
  }
  const Request& request = begin_last_answer();
  context_.responder.refuse_unreadable(status, request, answer_);
  context_.traffic.count_refused(refusal_of(status));
  log(request, age());
}

template <class Stream>
bool StreamConnection<Stream>::make_room() {
  if (parser_ && parser_->header_end() != nullptr) {
    read_.move_to(parser_->header_end());
    return read_.make_room(body_window_bytes);
  }
  if (!parser_) read_.move_to_front();
  return read_.make_room(1);
}

template <class Stream>
void StreamConnection<Stream>::read() {
  if (!make_room()) {
    refuse(Status::request_header_fields_too_large);
    return proceed();
  }
  if (!parser_) {
    // A client that has just connected should send its first request soon.
    const ServerSettings& settings = context_.settings;
    wait_for(Waiting::request, has_spoken_ ? settings.idle_timeout : settings.header_timeout);
  } else {
    wait_for_rest_until(request_deadline_);
  }
  stream_.async_read_some(read_.room(), [self = this->shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
    self->on_read(ec, bytes);
  });
}

template <class Stream>
void StreamConnection<Stream>::on_read(const ErrorCode& ec, std::size_t bytes) {
  if (timed_out_) {
    refuse(Status::request_timeout);
    return proceed();
  }
  if (ec) return close();
  read_.add(bytes);
  proceed();
}

/// Sends out_. True if all of it has been sent already; otherwise on_written() goes on.
template <class Stream>
bool StreamConnection<Stream>::write() {
  if (out_.empty()) return true;
  answered_in_batch_ = 0;
  std::size_t sent = 0;
  if constexpr (!is_tls) {
    // The kernel nearly always takes the whole answer, and the loop goes on without a turn through the scheduler.
    ErrorCode ec;
    sent = stream_.write_some(asio::buffer(out_), ec);
    if (sent == out_.size()) {
      empty_output();
      return true;
    }
    if (ec && ec != asio::error::would_block && ec != asio::error::try_again) {
      close();
      return false;
    }
  }
  wait_for(Waiting::write, context_.settings.write_timeout);
  asio::async_write(stream_, asio::buffer(out_.data() + sent, out_.size() - sent),
                    [self = this->shared_from_this()](const ErrorCode& ec, std::size_t) { self->on_written(ec); });
  return false;
}

/// Answers to earlier pipelined requests need not wait for a handler. What the kernel does not take goes with the rest.
template <class Stream>
void StreamConnection<Stream>::write_ahead() {
  if constexpr (!is_tls) {
    if (out_.empty()) return;
    ErrorCode ec;
    out_.erase(0, stream_.write_some(asio::buffer(out_), ec));
    out_answered_ = out_.size();
  }
}

template <class Stream>
void StreamConnection<Stream>::on_written(const ErrorCode& ec) {
  if (ec) return close();
  empty_output();
  proceed();
}

template <class Stream>
void StreamConnection<Stream>::empty_output() {
  out_.clear();
  if (out_.capacity() > output_bytes_max) std::string{}.swap(out_);
}

template <class Stream>
Task<bool> StreamConnection<Stream>::flush() {
  const auto self = this->shared_from_this();
  wait_for(Waiting::write, context_.settings.write_timeout);
  ErrorCode ec;
  auto token = asio::redirect_error(use_task, ec);
  co_await asio::async_write(stream_, asio::buffer(out_), std::move(token));
  out_flushed_ += out_.size() - out_answered_;
  out_answered_ = 0;
  empty_output();
  waiting_ = Waiting::handler;
  co_return !ec;
}

/// A request that may wait long must not keep the reactor's turns short either.
template <class Stream>
void StreamConnection<Stream>::step_aside() {
  place_.step_aside();
  socket().reactor().remove_waiting_request();
}

template <class Stream>
void StreamConnection<Stream>::finish() {
  if (aborted_) return socket().reset();
  if constexpr (is_tls) {
    wait_for(Waiting::close, linger_time);
    stream_.async_shutdown([self = this->shared_from_this()](const ErrorCode&) { self->stop_sending(); });
  } else {
    stop_sending();
  }
}

template <class Stream>
void StreamConnection<Stream>::stop_sending() {
  if (!lingering_ && !socket().has_unread()) return close();
  socket().shutdown_send();
  wait_for(Waiting::close, linger_time);
  linger();
}

/// Reads and discards what the client still sends: closing with unread bytes would reset the connection, and the client
/// might lose the answer before reading it (RFC 9112 section 9.6).
template <class Stream>
void StreamConnection<Stream>::linger() {
  socket().async_read_some(read_.waste(), [self = this->shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
    self->lingered_bytes_ += bytes;
    self->read_.note_waste(bytes);
    if (ec || self->lingered_bytes_ > linger_bytes_max) {
      self->close();
    } else {
      self->linger();
    }
  });
}

template <class Stream>
void StreamConnection<Stream>::enforce_deadline() {
  if (waiting_ == Waiting::nothing || waiting_ == Waiting::handler || runtime::coarse_now() < deadline_) return;
  if (waiting_ == Waiting::request) return close_if_idle();
  if (waiting_ != Waiting::rest_of_request) return close();
  // The pending read ends with operation_aborted, and on_read() answers 408.
  timed_out_ = true;
  deadline_ = runtime::coarse_now() + linger_time;
  socket().cancel();
}

template <class Stream>
void StreamConnection<Stream>::close_if_idle() {
  if (waiting_ == Waiting::request && !socket().has_unread()) close();
}

template <class Stream>
std::optional<Idleness> StreamConnection<Stream>::idleness() const {
  if (waiting_ != Waiting::request && waiting_ != Waiting::handshake) return std::nullopt;
  return Idleness{.has_spoken = has_spoken_, .deadline = deadline_};
}

template <class Stream>
void StreamConnection<Stream>::give_way() {
  if (socket().has_unread()) return;
  waiting_ = Waiting::nothing;
  close();
  place_.leave();
}

template class StreamConnection<runtime::TcpSocket>;
template class StreamConnection<TlsStream>;

std::shared_ptr<Connection> make_connection(runtime::TcpSocket socket, Peer peer, ConnectionContext& context,
                                            Place place) {
  if (speaks_tls(context, peer)) {
    return std::make_shared<StreamConnection<TlsStream>>(context, std::move(place), std::move(peer), std::move(socket),
                                                         *context.tls);
  }
  return std::make_shared<StreamConnection<runtime::TcpSocket>>(context, std::move(place), std::move(peer),
                                                                std::move(socket));
}

}  // namespace gatehouse::http
