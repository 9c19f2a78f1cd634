#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <string>
#include <vector>

#include "http/responder.hpp"
#include "runtime/steady_timer.hpp"

namespace gatehouse::http {

/// Answers as the request's path says, and remembers what it was asked.
///
/// `/wait…` is answered once open_gate() was called, `/aside` likewise and steps aside until then, `/large` with 40,000
/// bytes, `/silent` not at all; `/stream` sends stream_pieces pieces, `/endless` sends them until the client is gone,
/// `/abort` gives up after one, and `/unended` leaves its answer open. `/refused…` is answered when its header is
/// complete, `/open` has no use for a body. Every other path is answered at once with itself.
class ScriptedResponder final : public Responder {
 public:
  struct Seen {
    Method method;
    std::string path;
    std::string body;
    std::string id;
    std::string client;
    const char* body_bytes;
    std::string_view api_key;  ///< a view into the connection's buffer
    std::string api_key_text;  ///< the same, as it was then
  };

  static constexpr std::size_t stream_pieces = 3;
  static constexpr std::size_t large_bytes = 40'000;
  static constexpr std::size_t endless_piece_bytes = 64 * 1024;

  explicit ScriptedResponder(boost::asio::io_context& io) : gate_(io.get_executor()) { close_gate(); }

  [[nodiscard]] const std::vector<Seen>& seen() const { return seen_; }
  [[nodiscard]] std::size_t admitted() const { return admitted_; }
  [[nodiscard]] std::size_t finished() const { return finished_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] bool saw_client_go() const { return saw_client_go_; }

  void close_gate() { gate_.expires_at(std::chrono::steady_clock::time_point::max()); }
  void open_gate() { gate_.expires_at(std::chrono::steady_clock::time_point::min()); }

  Admission admit(Request& request, Answer& answer) override {
    ++admitted_;
    if (request.path == "/open") return Admission::without_body;
    if (!request.path.starts_with("/refused")) return Admission::with_body;
    answer.send(Status::unauthorized, request.path);
    return Admission::answered;
  }

  bool begin(Request& request, Answer& answer) override {
    seen_.push_back({.method = request.method,
                     .path = std::string{request.path},
                     .body = std::string{request.body},
                     .id = std::string{request.id},
                     .client = std::string{request.client.text},
                     .body_bytes = request.body.data(),
                     .api_key = request.headers[Field::api_key],
                     .api_key_text = std::string{request.headers[Field::api_key]}});
    for (const std::string_view later : {"/wait", "/aside", "/silent", "/stream", "/endless", "/abort", "/unended"}) {
      if (request.path.starts_with(later)) return false;
    }
    answer.send(Status::ok, request.path == "/large" ? std::string(large_bytes, 'x') : std::string{request.path});
    return true;
  }

  Task<> finish(Request& request, Answer& answer) override {
    const bool aside = request.path == "/aside";
    if (aside) answer.step_aside();
    if (aside || request.path.starts_with("/wait")) {
      co_await gate();
      answer.send(Status::ok, request.path);
    } else if (request.path != "/silent") {
      co_await stream(request.path, answer);
    }
    ++finished_;
  }

  void refuse_unreadable(Status status, const Request&, Answer& answer) override { answer.send(status, "unreadable"); }

  void turn_away(const Request&, Answer& answer) override { answer.send(Status::service_unavailable, "full"); }

 private:
  Task<> gate() {
    ++waiting_;
    boost::system::error_code cancelled;
    co_await gate_.async_wait(boost::asio::redirect_error(use_task, cancelled));
    --waiting_;
  }

  Task<> stream(std::string_view path, Answer& answer) {
    const bool endless = path == "/endless";
    answer.begin_stream(Status::ok);
    for (std::size_t sent = 0; endless || sent < stream_pieces; ++sent) {
      std::string piece = endless ? std::string(endless_piece_bytes, 'e') : "piece " + std::to_string(sent) + "\n";
      const bool taken = co_await answer.write(std::move(piece));
      if (!taken) saw_client_go_ = true;
      if (!taken || path == "/abort") co_return answer.abort_stream();
    }
    if (path != "/unended") answer.end_stream();
  }

  runtime::SteadyTimer gate_;
  std::vector<Seen> seen_;
  std::size_t admitted_ = 0;
  std::size_t finished_ = 0;
  std::size_t waiting_ = 0;
  bool saw_client_go_ = false;
};

}  // namespace gatehouse::http
