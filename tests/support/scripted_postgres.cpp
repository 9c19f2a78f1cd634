#include "support/scripted_postgres.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string_view>

namespace gatehouse::testing {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t encryption_request_length = 8;
constexpr std::string_view not_encrypted = "N";

std::string integer(std::size_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift & 0xffU));
  return text;
}

std::string message(char type, const std::string& body) {
  std::string whole(1, type);
  return whole.append(integer(body.size() + 4, 4)).append(body);
}

/// What a server that accepts writes reports about itself at login; clients that are not told ask for it.
std::string takes_writes() {
  return message('S', std::string{"in_hot_standby\0off\0", 19})
      .append(message('S', std::string{"default_transaction_read_only\0off\0", 34}));
}

/// Skips a length and the bytes that it counts, itself included. Returns the length.
std::size_t skip_counted(tcp::socket& client) {
  std::array<unsigned char, 4> head{};
  asio::read(client, asio::buffer(head));
  std::size_t length = 0;
  for (const unsigned char byte : head) length = length << 8U | byte;
  std::string rest(length - head.size(), '\0');
  asio::read(client, asio::buffer(rest));
  return length;
}

/// Skips everything up to the message that a server answers: a query of the simple protocol, or a Sync.
void skip_question(tcp::socket& client) {
  for (char type = 0; type != 'Q' && type != 'S';) {
    asio::read(client, asio::buffer(&type, 1));
    skip_counted(client);
  }
}

}  // namespace

ScriptedPostgres::ScriptedPostgres(std::vector<std::string> answers)
    : answers_(std::move(answers)),
      acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
      port_(acceptor_.local_endpoint().port()),
      thread_([this] { serve(); }) {}

ScriptedPostgres::~ScriptedPostgres() {
  stopped_ = true;
  boost::system::error_code ignored;
  tcp::socket{io_}.connect(acceptor_.local_endpoint(), ignored);
  thread_.join();
}

std::string ScriptedPostgres::row(const std::optional<std::string>& text) {
  constexpr std::size_t text_type = 25;
  constexpr std::size_t minus_one = 0xffffffff;
  std::string column{"c\0", 2};
  column.append(integer(0, 4)).append(integer(0, 2)).append(integer(text_type, 4));
  column.append(integer(minus_one, 2)).append(integer(minus_one, 4)).append(integer(0, 2));
  const std::string value = integer(text ? text->size() : minus_one, 4).append(text.value_or(""));
  return message('T', integer(1, 2).append(column))
      .append(message('D', integer(1, 2).append(value)))
      .append(message('C', std::string{"SELECT 1\0", 9}));
}

std::string ScriptedPostgres::ready() { return message('Z', "I"); }

std::string ScriptedPostgres::parsed_and_bound() { return message('1', "").append(message('2', "")); }

std::string ScriptedPostgres::refusal(const std::string& state, const std::string& text) {
  std::string fields = "SERROR";
  fields.append(1, '\0').append("C").append(state).append(1, '\0').append("M").append(text).append(2, '\0');
  return message('E', fields);
}

void ScriptedPostgres::serve() {
  while (true) {
    tcp::socket client = acceptor_.accept();
    if (stopped_) return;
    try {
      serve_one(client);
    } catch (const boost::system::system_error&) {  // the client is gone
      ++logins_;
    }
  }
}

void ScriptedPostgres::serve_one(tcp::socket& client) {
  while (skip_counted(client) == encryption_request_length) asio::write(client, asio::buffer(not_encrypted));
  asio::write(client, asio::buffer(message('R', integer(0, 4)).append(takes_writes()).append(ready())));
  for (const std::string& answer : answers_) {
    skip_question(client);
    asio::write(client, asio::buffer(answer));
  }
  while (!answers_.empty()) skip_question(client);
  client.close();
  ++logins_;
}

}  // namespace gatehouse::testing
