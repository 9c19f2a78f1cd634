#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/connection.hpp"
#include "http/read_buffer.hpp"

namespace gatehouse::http {

using TlsStream = boost::asio::ssl::stream<runtime::TcpSocket>;

/// One HTTP/1.1 connection over a plain or a TLS stream.
///
/// stream_connection.cpp begins with the invariants.
template <class Stream>
class StreamConnection final : public Connection,
                               public StreamSink,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  template <class... StreamArguments>
  StreamConnection(ConnectionContext& context, Place place, Peer peer, StreamArguments&&... stream_arguments);
  ~StreamConnection() override;

  void start() override;
  void turn_away() override;
  void enforce_deadline() override;
  void close_if_idle() override;
  [[nodiscard]] std::optional<Idleness> idleness() const override;
  void give_way() override;
  Task<bool> flush() override;
  void step_aside() override;

 private:
  using ErrorCode = boost::system::error_code;
  using TimePointSteady = std::chrono::steady_clock::time_point;
  enum class Waiting : std::uint8_t { nothing, handshake, request, rest_of_request, handler, write, close };
  enum class Parsed : std::uint8_t { more, done, refused, ending };
  /// How far the request being read has come.
  enum class Stage : std::uint8_t { header, admitted, answered };

  static constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;
  /// Room after the largest header, for body bytes on their way to body_.
  static constexpr std::size_t body_window_bytes = 4096;
  /// Most bytes of answers that wait for one write; above this they are sent before the next request is looked at.
  static constexpr std::size_t output_bytes_max = 64 * 1024;
  /// Larger buffers are freed once their request is answered.
  static constexpr std::size_t kept_bytes_max = 8 * 1024;
  static constexpr std::chrono::seconds linger_time{1};
  static constexpr std::size_t linger_bytes_max = 256 * 1024;

  void proceed();
  [[nodiscard]] Parsed parse();
  [[nodiscard]] bool skip_empty_line();
  RequestParser::Progress feed();
  void begin_request();
  void on_header();
  void begin_answer(Request& request);
  [[nodiscard]] bool admit(Request& request);
  [[nodiscard]] bool dispatch();
  void on_handled();
  void end_request();
  [[nodiscard]] const Request& begin_last_answer();
  void refuse(Status status);
  [[nodiscard]] bool has_lived_enough() const { return request_begin_ - begin_ >= context_.settings.keepalive_max; }
  [[nodiscard]] std::chrono::nanoseconds age() const { return std::chrono::steady_clock::now() - request_begin_; }
  void note_answer(const Request& request);
  void log(const Request& request, std::chrono::nanoseconds duration);

  void read();
  [[nodiscard]] bool make_room();
  void on_read(const ErrorCode& ec, std::size_t bytes);
  [[nodiscard]] bool write();
  void write_ahead();
  void on_written(const ErrorCode& ec);
  void empty_output();

  void finish();
  void stop_sending();
  void linger();
  void close() { socket().close(); }

  void wait_for(Waiting what, std::chrono::milliseconds at_most);
  void wait_for_rest_until(TimePointSteady deadline);
  [[nodiscard]] runtime::TcpSocket& socket();

  ConnectionContext& context_;
  Place place_;  ///< a connection may outlive its server in an event loop's queue
  Stream stream_;
  const Peer peer_;

  ReadBuffer read_;
  std::string body_;
  std::string out_;
  std::optional<RequestParser> parser_;
  RequestIds::Buffer id_buffer_{};
  TraceIds::Buffer trace_buffer_{};
  Answer answer_;
  const TimePointSteady begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point request_begin_;

  Stage stage_ = Stage::header;
  Waiting waiting_ = Waiting::nothing;
  TimePointSteady deadline_{};
  TimePointSteady request_deadline_{};  ///< of the header, then of the body
  std::uint32_t answered_in_batch_ = 0;
  std::size_t out_answered_ = 0;  ///< size of out_ before the current answer
  std::size_t out_flushed_ = 0;   ///< bytes of the current answer that have left out_
  std::size_t lingered_bytes_ = 0;
  bool timed_out_ = false;
  bool has_spoken_ = false;
  bool skipped_empty_line_ = false;  ///< before the request that is read or waited for
  bool closing_ = false;             ///< nothing is read any more; close when out_ is sent
  bool lingering_ = false;           ///< the client may still be sending: let it read the answer before the reset
  bool aborted_ = false;             ///< the last answer is incomplete, and the client must notice
};

}  // namespace gatehouse::http
