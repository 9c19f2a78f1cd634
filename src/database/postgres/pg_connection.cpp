#include "database/postgres/pg_connection.hpp"

#include <fcntl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "database/postgres/libpq.hpp"
#include "database/postgres/log_position.hpp"
#include "database/postgres/session_sql.hpp"

namespace gatehouse::database::postgres {

namespace {

constexpr int binary_results = 1;
// After an attempt has had no answer for this long, the next ones begin at another server.
constexpr std::chrono::milliseconds silence_max{2'000};

Unavailable connection_error(const std::string& message) {
  return Unavailable{Unavailable::Reason::connection, message};
}

/// Only the text of libpq's message says that a server answered but did not meet target_session_attrs.
Unavailable refusal(const std::string& message) {
  const bool read_only = message.find("session is read-only") != std::string::npos ||
                         message.find("server is in hot standby mode") != std::string::npos;
  return Unavailable{read_only ? Unavailable::Reason::read_only : Unavailable::Reason::connection, message};
}

bool is_address_or_socket(const std::string& host) {
  if (host.starts_with('/') || host.starts_with('@')) return true;
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  return !not_an_address.failed();
}

/// One member of each element, separated by commas, as libpq takes lists.
template <class Element>
std::string joined(const std::vector<Element>& elements, std::string Element::* part) {
  std::string list;
  for (const Element& element : elements) list.append(&element == elements.data() ? "" : ",").append(element.*part);
  return list;
}

void ignore_notice(void*, const pg_result*) {}

/// The time to resolve each of several names, so that one whose nameservers are lost with its server does not keep the
/// others from being tried.
constexpr std::chrono::milliseconds one_name_of_several{1'000};

}  // namespace

std::shared_ptr<PgConnection> PgConnection::create(boost::asio::io_context& io) {
  return std::shared_ptr<PgConnection>(new PgConnection(io));
}

PgConnection::PgConnection(boost::asio::io_context& io)
    : descriptor_(io.get_executor()), lookup_(io.get_executor()), deadline_(io.get_executor()) {}

PgConnection::~PgConnection() { close(); }

void PgConnection::close() noexcept {
  closed_ = true;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  lookup_.close();
  deadline_.cancel();
  if (connection_ != nullptr) libpq().PQfinish(connection_);
  connection_ = nullptr;
  tls_ = nullptr;
}

Task<> PgConnection::connect(std::shared_ptr<const ConnectOptions> options) {
  const auto self = shared_from_this();
  throw_if_closed();
  const std::size_t first = options->first->get();
  const std::size_t before = options->first->connected();
  start_deadline(options, first);
  const auto candidates = co_await find_candidates(options, first);
  start(*options, candidates);
  try {
    co_await log_in(options);
  } catch (const Unavailable&) {
    pass_over_this_server(*options, first);
    throw;
  }
  server_ = this_server(*options).value_or(first);
  if (!options->first->connect(before, server_)) throw connection_error("another server was found meanwhile");
  is_connected_ = true;
  deadline_.cancel();
}

Task<> PgConnection::log_in(std::shared_ptr<const ConnectOptions> options) {
  co_await poll_until_connected();
  libpq().PQsetNoticeReceiver(connection_, ignore_notice, nullptr);
  if (libpq().PQsetnonblocking(connection_, 1) != 0) throw connection_error(error_message());
  tls_ = static_cast<SSL*>(libpq().PQsslStruct(connection_, "OpenSSL"));
  co_await take_session(options);
  if (options->servers.size() > 1) co_await refuse_if_left_behind(options);
}

/// A server that speaks PostgreSQL's protocol but has no timelines is accepted.
Task<> PgConnection::refuse_if_left_behind(std::shared_ptr<const ConnectOptions> options) {
  Command command{&primary_timeline, {}};
  const auto rows = co_await run(std::move(command));
  if (!rows || rows->empty() || (*rows)[0].is_null(0)) co_return;
  const bool is_admitted = options->newest_timeline->admits((*rows)[0].integer(0), std::chrono::steady_clock::now());
  if (!is_admitted) throw connection_error(host() + " was left behind by a failover");
}

std::string PgConnection::host() const { return connection_ == nullptr ? "" : libpq().PQhost(connection_); }

std::string PgConnection::user() const { return connection_ == nullptr ? "" : libpq().PQuser(connection_); }

/// The one of options.servers that it is connected to, or that libpq is trying.
std::optional<std::size_t> PgConnection::this_server(const ConnectOptions& options) const {
  if (connection_ == nullptr) return std::nullopt;
  const std::string port = libpq().PQport(connection_);
  const auto is_this = [&, host = host()](const ServerAddress& server) {
    return server.host == host && std::to_string(server.port) == port;
  };
  const auto found = std::ranges::find_if(options.servers, is_this);
  if (found == options.servers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - options.servers.begin());
}

/// The attempt that began at `first` has failed at this server, or has waited for it too long.
void PgConnection::pass_over_this_server(const ConnectOptions& options, std::size_t first) const {
  options.first->pass_over(first, this_server(options).value_or(first), options.servers.size());
}

/// What the timer calls may have been waiting in the io thread's queue when the timer was cancelled.
void PgConnection::start_deadline(std::shared_ptr<const ConnectOptions> options, std::size_t first) {
  const auto patience = std::min(silence_max, options->timeout);
  deadline_.expires_after(patience);
  deadline_.async_wait([weak = weak_from_this(), options, first, patience](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->is_connected_) return;
    self->pass_over_this_server(*options, first);
    self->end_at_deadline(options->timeout - patience);
  });
}

void PgConnection::end_at_deadline(std::chrono::milliseconds rest) {
  deadline_.expires_after(rest);
  deadline_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->is_connected_) return;
    self->timed_out_ = true;
    self->close();
  });
}

/// The addresses of all servers, beginning with the one at `first`. A name that cannot be resolved is left out; if
/// nothing is left, that is an error.
Task<std::vector<PgConnection::Candidate>> PgConnection::find_candidates(std::shared_ptr<const ConnectOptions> options,
                                                                         std::size_t first) {
  std::vector<Candidate> candidates;
  std::string failure;
  const std::size_t count = options->servers.size();
  for (std::size_t i = 0; i < count; ++i) {
    const ServerAddress& server = options->servers[(first + i) % count];
    const std::string port = std::to_string(server.port);
    if (is_address_or_socket(server.host)) {
      candidates.push_back({server.host, "", port});
      continue;
    }
    try {
      std::string name = server.host;
      const auto addresses = co_await resolve(std::move(name), count == 1 ? options->timeout : one_name_of_several);
      for (const std::string& address : addresses) candidates.push_back({server.host, address, port});
    } catch (const Unavailable& unknown) {
      throw_if_closed();
      failure = unknown.what();
    }
  }
  if (candidates.empty()) throw connection_error(failure);
  co_return std::move(candidates);
}

Task<std::vector<std::string>> PgConnection::resolve(std::string host, std::chrono::milliseconds patience) {
  std::string name = host;
  std::string no_service;
  const auto found = co_await lookup_.look_up(std::move(name), std::move(no_service), patience);
  throw_if_closed();
  if (!found) throw connection_error("cannot resolve " + host + ": " + found.error().message());
  std::vector<std::string> addresses;
  for (const auto& entry : *found) {
    auto address = entry.endpoint().address().to_string();
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(std::move(address));
  }
  co_return std::move(addresses);
}

void PgConnection::start(const ConnectOptions& options, const std::vector<Candidate>& candidates) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  const auto add = [&](const char* name, const std::string& value) {
    names.push_back(name);
    values.push_back(value.c_str());
  };
  for (const auto& [name, value] : options.keywords) add(name.c_str(), value);
  const std::string hosts = joined(candidates, &Candidate::host);
  const std::string addresses = joined(candidates, &Candidate::address);
  const std::string ports = joined(candidates, &Candidate::port);
  add("host", hosts);
  add("hostaddr", addresses);
  add("port", ports);
  std::string password{options.password.reveal()};
  if (!password.empty()) add("password", password);
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = libpq().PQconnectStartParams(names.data(), values.data(), 0);
  wipe_memory(password.data(), password.size());
  if (connection_ == nullptr) throw std::bad_alloc();
}

Task<> PgConnection::poll_until_connected() {
  if (libpq().PQstatus(connection_) == CONNECTION_BAD) throw connection_error(error_message());
  auto next = PGRES_POLLING_WRITING;  // libpq documents this as the state after PQconnectStartParams
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) throw refusal(error_message());
    watch_socket();
    if (next == PGRES_POLLING_READING) {
      co_await until_readable();
    } else {
      co_await until_writable();
    }
    next = libpq().PQconnectPoll(connection_);
  }
  watch_socket();
}

/// libpq may have replaced its socket since the last step (another address, TLS refused), even under the same number.
void PgConnection::watch_socket() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  const int duplicate = fcntl(libpq().PQsocket(connection_), F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) throw connection_error("no descriptor left for the connection");
  descriptor_.assign(duplicate);
}

/// An answer to the first statement proves that the server is there; a login through a pooler does not.
Task<> PgConnection::take_session(std::shared_ptr<const ConnectOptions> options) {
  std::string sql = take_session_sql(*options, libpq().PQbackendPID(connection_));
  const auto rows = co_await select(std::move(sql));
  if (!rows) throw connection_error(rows.error().state + ": " + rows.error().message);
  has_own_session_ = !rows->empty() && !(*rows)[0].is_null(0);
}

void PgConnection::throw_if_closed() const {
  if (timed_out_) throw Unavailable{Unavailable::Reason::deadline, "the server did not answer in time"};
  if (closed_) throw Unavailable{Unavailable::Reason::stopped, "the connection is being closed"};
}

Task<> PgConnection::until_readable() {
  const auto self = shared_from_this();
  boost::system::error_code ignored;  // a broken socket shows in the libpq call that follows
  co_await descriptor_.async_wait(Descriptor::wait_read, boost::asio::redirect_error(use_task, ignored));
  throw_if_closed();
}

Task<> PgConnection::until_writable() {
  const auto self = shared_from_this();
  boost::system::error_code ignored;  // as above
  co_await descriptor_.async_wait(Descriptor::wait_write, boost::asio::redirect_error(use_task, ignored));
  throw_if_closed();
}

Task<> PgConnection::flush_all() {
  const auto self = shared_from_this();
  while (true) {
    const auto state = flush();
    if (state == Flush::done) co_return;
    if (state == Flush::broken) throw connection_error(error_message());
    co_await until_writable();
  }
}

Task<PgResult> PgConnection::next_result() {
  const auto self = shared_from_this();
  while (busy()) {
    co_await until_readable();
    if (!receive()) throw connection_error(error_message());
  }
  co_return take_result();
}

Task<std::expected<Rows, SqlError>> PgConnection::select(std::string sql) {
  const auto self = shared_from_this();
  EncodedParameters none;
  if (!send_unprepared(sql, none)) throw connection_error(error_message());
  co_return co_await last_rows();
}

Task<std::expected<Rows, SqlError>> PgConnection::run(Command command) {
  const auto self = shared_from_this();
  EncodedParameters parameters;
  parameters.assign(command.parameters);
  if (!send_unprepared(command.statement->sql, parameters)) throw connection_error(error_message());
  auto rows = co_await last_rows();
  if (!rows) rows.error().statement = command.statement->name;
  co_return std::move(rows);
}

/// The rows of what was sent, which is one statement.
Task<std::expected<Rows, SqlError>> PgConnection::last_rows() {
  const auto self = shared_from_this();
  co_await flush_all();
  std::expected<Rows, SqlError> rows;
  while (true) {
    const PgResult result = co_await next_result();
    if (result.kind() == PgResult::Kind::nothing) co_return rows;
    if (result.kind() == PgResult::Kind::failed) {
      rows = std::unexpected(result.error());
    } else {
      rows = result.rows();
    }
  }
}

bool PgConnection::enter_pipeline() noexcept { return libpq().PQenterPipelineMode(connection_) == 1; }

bool PgConnection::send_prepare(const std::string& name, std::string_view sql, std::span<const std::uint32_t> types) {
  return libpq().PQsendPrepare(connection_, name.c_str(), std::string{sql}.c_str(), static_cast<int>(types.size()),
                               types.data()) == 1;
}

bool PgConnection::send_prepared(const std::string& name, const EncodedParameters& parameters) {
  return libpq().PQsendQueryPrepared(connection_, name.c_str(), parameters.count(), parameters.values(),
                                     parameters.lengths(), parameters.formats(), binary_results) == 1;
}

bool PgConnection::send_unprepared(std::string_view sql, const EncodedParameters& parameters) {
  return libpq().PQsendQueryParams(connection_, std::string{sql}.c_str(), parameters.count(), parameters.types(),
                                   parameters.values(), parameters.lengths(), parameters.formats(),
                                   binary_results) == 1;
}

bool PgConnection::send_sync() { return libpq().PQpipelineSync(connection_) == 1; }

bool PgConnection::send_script(const std::string& sql) { return libpq().PQsendQuery(connection_, sql.c_str()) == 1; }

bool PgConnection::send_copy(std::string_view bytes) {
  const Libpq& pq = libpq();
  return pq.PQputCopyData(connection_, bytes.data(), static_cast<int>(bytes.size())) == 1 &&
         pq.PQputCopyEnd(connection_, nullptr) == 1;
}

PgConnection::Flush PgConnection::flush() noexcept {
  const int left = libpq().PQflush(connection_);
  return left == 0 ? Flush::done : left == 1 ? Flush::pending : Flush::broken;
}

bool PgConnection::receive() noexcept {
  if (libpq().PQconsumeInput(connection_) == 0) return false;
  // Bytes that TLS has already decrypted no longer make the socket readable, so they are read now.
  while (has_decrypted_bytes()) {
    if (libpq().PQconsumeInput(connection_) == 0) return false;
  }
  return true;
}

bool PgConnection::has_decrypted_bytes() const noexcept { return tls_ != nullptr && SSL_pending(tls_) > 0; }

bool PgConnection::busy() noexcept { return libpq().PQisBusy(connection_) == 1; }

PgResult PgConnection::take_result() { return PgResult{libpq().PQgetResult(connection_)}; }

std::optional<Notification> PgConnection::take_notification() {
  const std::unique_ptr<PGnotify, void (*)(void*)> notify{libpq().PQnotifies(connection_), libpq().PQfreemem};
  if (!notify) return std::nullopt;
  return Notification{notify->relname, notify->extra};
}

std::string PgConnection::error_message() const {
  std::string text = connection_ == nullptr ? "closed" : libpq().PQerrorMessage(connection_);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  const auto repeated = std::ranges::unique(text, [](char a, char b) { return a == ' ' && b == ' '; });
  text.erase(repeated.begin(), repeated.end());
  return text;
}

}  // namespace gatehouse::database::postgres
