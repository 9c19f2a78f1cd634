#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/postgres/binary_format.hpp"
#include "database/postgres/connect_options.hpp"
#include "database/postgres/pg_result.hpp"
#include "runtime/name_lookup.hpp"
#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

struct pg_conn;
using SSL = struct ssl_st;

namespace gatehouse::database::postgres {

using runtime::SteadyTimer;

/// A notification that arrived on a connection that LISTENs.
struct Notification {
  std::string channel;
  std::string payload;
};

/// One connection to the server, and the only code that calls libpq's connection functions. Blocks only where libpq
/// offers nothing else (when it reads the file of certificate authorities).
///
/// Belongs to one io thread. Shared, because pending waits keep it alive; close() ends them. The descriptor watched is
/// a duplicate, so that Asio and libpq each close their own.
class PgConnection : public std::enable_shared_from_this<PgConnection> {
 public:
  /// How far writing got. `pending`: it must wait for the socket; `broken`: the connection is lost.
  enum class Flush { done, pending, broken };

  [[nodiscard]] static std::shared_ptr<PgConnection> create(boost::asio::io_context& io);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// Resolves the servers' names, connects to the first server that will do, logs in and sets the session up. Throws
  /// Unavailable: connection (refused, wrong password, wrong certificate), read_only (no server takes writes, and one
  /// answered), deadline (options->timeout passed) or stopped (close() was called). Also throws connection if another
  /// attempt has found another server meanwhile, or one of a newer timeline before.
  [[nodiscard]] Task<> connect(std::shared_ptr<const ConnectOptions> options);

  /// The name or address of the server that it is connected to, as the settings have it.
  [[nodiscard]] std::string host() const;
  /// Its position among options->servers. Constant once connected.
  [[nodiscard]] std::size_t server() const noexcept { return server_; }
  /// The role that it is logged in as.
  [[nodiscard]] std::string user() const;

  /// False behind a pooler, or if options->statement_timeout was not given. Such a session may pass to another client
  /// after each transaction, so nothing may be kept in it. Constant once connected.
  [[nodiscard]] bool has_own_session() const noexcept { return has_own_session_; }

  /// Ends the session and every wait: coroutines get Unavailable{stopped}, handlers operation_aborted. Idempotent.
  void close() noexcept;

  /// From now on statements are sent without waiting for the answers to earlier ones (libpq, 34.5 Pipeline Mode).
  [[nodiscard]] bool enter_pipeline() noexcept;

  // Each queues one message; false when the connection is unusable. libpq copies what it needs.
  [[nodiscard]] bool send_prepare(const std::string& name, std::string_view sql, std::span<const std::uint32_t> types);
  [[nodiscard]] bool send_prepared(const std::string& name, const EncodedParameters& parameters);
  [[nodiscard]] bool send_unprepared(std::string_view sql, const EncodedParameters& parameters);
  /// Ends a group: the statements since the last one succeed or fail together.
  [[nodiscard]] bool send_sync();
  /// Sends SQL by the simple protocol, several statements at once. Not in pipeline mode.
  [[nodiscard]] bool send_script(const std::string& sql);

  /// Queues bytes of a COPY that the server waits for, and its end; flush_all() sends them. Not in pipeline mode.
  [[nodiscard]] bool send_copy(std::string_view bytes);

  /// Writes what is queued, as far as the socket takes it.
  [[nodiscard]] Flush flush() noexcept;
  /// Reads what has arrived. False when the server is gone; error_message() says why.
  [[nodiscard]] bool receive() noexcept;
  /// True while take_result() would have to wait.
  [[nodiscard]] bool busy() noexcept;
  [[nodiscard]] PgResult take_result();
  [[nodiscard]] std::optional<Notification> take_notification();

  /// Waits once, then calls the handler with an error_code on the io thread.
  template <class Handler>
  void when_readable(Handler&& handler) {
    descriptor_.async_wait(Descriptor::wait_read, std::forward<Handler>(handler));
  }
  template <class Handler>
  void when_writable(Handler&& handler) {
    descriptor_.async_wait(Descriptor::wait_write, std::forward<Handler>(handler));
  }
  // All throw Unavailable{stopped} after close(); all but the first two also throw Unavailable{connection} when the
  // server is lost.
  [[nodiscard]] Task<> until_readable();
  [[nodiscard]] Task<> until_writable();
  [[nodiscard]] Task<> flush_all();
  [[nodiscard]] Task<PgResult> next_result();
  /// The rows of one statement without parameters, or why there are none. Not in pipeline mode.
  [[nodiscard]] Task<std::expected<Rows, SqlError>> select(std::string sql);
  /// The result of one statement that is not kept prepared, or why there is none; an error names the statement. Not in
  /// pipeline mode.
  [[nodiscard]] Task<std::expected<Rows, SqlError>> run(Command command);

  /// libpq's latest error message, on one line.
  [[nodiscard]] std::string error_message() const;

 private:
  using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

  /// One address of a server. libpq takes several, each with its name, which is what certificates are checked against.
  struct Candidate {
    std::string host;
    std::string address;  ///< empty: `host` is one, or a socket directory
    std::string port;
  };

  explicit PgConnection(boost::asio::io_context& io);
  void start_deadline(std::shared_ptr<const ConnectOptions> options, std::size_t first);
  void end_at_deadline(std::chrono::milliseconds rest);
  [[nodiscard]] Task<std::vector<Candidate>> find_candidates(std::shared_ptr<const ConnectOptions> options,
                                                             std::size_t first);
  [[nodiscard]] Task<std::vector<std::string>> resolve(std::string host, std::chrono::milliseconds patience);
  void start(const ConnectOptions& options, const std::vector<Candidate>& candidates);
  [[nodiscard]] Task<> log_in(std::shared_ptr<const ConnectOptions> options);
  [[nodiscard]] Task<> refuse_if_left_behind(std::shared_ptr<const ConnectOptions> options);
  [[nodiscard]] Task<> poll_until_connected();
  void watch_socket();
  [[nodiscard]] Task<> take_session(std::shared_ptr<const ConnectOptions> options);
  [[nodiscard]] std::optional<std::size_t> this_server(const ConnectOptions& options) const;
  void pass_over_this_server(const ConnectOptions& options, std::size_t first) const;
  void throw_if_closed() const;
  [[nodiscard]] Task<std::expected<Rows, SqlError>> last_rows();
  [[nodiscard]] bool has_decrypted_bytes() const noexcept;

  pg_conn* connection_ = nullptr;
  SSL* tls_ = nullptr;  ///< owned by libpq
  Descriptor descriptor_;
  runtime::NameLookup lookup_;
  SteadyTimer deadline_;
  std::size_t server_ = 0;
  bool has_own_session_ = false;
  bool is_connected_ = false;
  bool closed_ = false;
  bool timed_out_ = false;
};

}  // namespace gatehouse::database::postgres
