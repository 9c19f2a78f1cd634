#include "support/test_postgres.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>

#include "support/patience.hpp"

namespace gatehouse::testing {

namespace {

/// A keyword of the test server's URL, or `otherwise`.
std::string url_part(const std::string& keyword, const std::string& otherwise) {
  const auto url = test_postgres_url();
  if (!url) throw std::logic_error("GATEHOUSE_TEST_POSTGRES is not set");
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parts{PQconninfoParse(url->c_str(), nullptr),
                                                                           &PQconninfoFree};
  if (!parts) throw std::runtime_error("GATEHOUSE_TEST_POSTGRES is not a connection string");
  for (const auto* part = parts.get(); part->keyword != nullptr; ++part) {
    if (keyword == part->keyword && part->val != nullptr) return part->val;
  }
  return otherwise;
}

std::string random_name() {
  std::random_device random;
  return "gatehouse_test_" + std::to_string(random()) + "_" + std::to_string(random());
}

}  // namespace

std::optional<std::string> test_postgres_url() {
  const char* url = std::getenv("GATEHOUSE_TEST_POSTGRES");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (url == nullptr || *url == '\0') return std::nullopt;
  return url;
}

AdminConnection::AdminConnection(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
  if (PQstatus(connection_) == CONNECTION_OK) return;
  const std::string message = PQerrorMessage(connection_);
  PQfinish(connection_);
  throw std::runtime_error(message);
}

AdminConnection::~AdminConnection() { PQfinish(connection_); }

std::string AdminConnection::run(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection_, sql.c_str()), &PQclear};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection_));
  if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return {};
  return PQgetvalue(result.get(), 0, 0);
}

NotificationListener::NotificationListener(const std::string& conninfo) : connection_(conninfo) {
  connection_.run("LISTEN gatehouse");
}

std::vector<std::string> NotificationListener::until(const std::string& last) {
  std::vector<std::string> heard;
  while (true) {
    PGconn* const connection = connection_.connection_;
    const std::unique_ptr<PGnotify, void (*)(void*)> one{PQnotifies(connection), PQfreemem};
    if (one && one->extra == last) return heard;
    if (one) {
      heard.emplace_back(one->extra);
      continue;
    }
    pollfd socket{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
    if (poll(&socket, 1, static_cast<int>(patience.count())) != 1 || PQconsumeInput(connection) == 0) {
      throw std::runtime_error("no notification came");
    }
  }
}

TestDatabase::TestDatabase(const std::string& template_name) : name_(random_name()) {
  AdminConnection{test_postgres_url().value()}.run("CREATE DATABASE " + name_ + " TEMPLATE " + template_name +
                                                   " STRATEGY FILE_COPY");
}

TestDatabase::~TestDatabase() {
  try {
    AdminConnection{test_postgres_url().value()}.run("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {
    // A test that stopped the server on purpose has nothing left to clean up.
  }
}

database::DatabaseSettings TestDatabase::settings() const {
  database::DatabaseSettings settings;
  settings.kind = database::DatabaseKind::postgres;
  settings.query_timeout = patience;
  settings.lock_timeout = patience;
  settings.postgres.host = url_part("host", "localhost");
  settings.postgres.port = static_cast<std::uint16_t>(std::stoi(url_part("port", "5432")));
  settings.postgres.user = url_part("user", "postgres");
  settings.postgres.password = SecretString{url_part("password", "")};
  settings.postgres.name = name_;
  return settings;
}

std::string TestDatabase::run(const std::string& sql) { return AdminConnection{conninfo()}.run(sql); }

std::string TestDatabase::conninfo() const {
  return "host=" + url_part("host", "localhost") + " port=" + url_part("port", "5432") +
         " user=" + url_part("user", "postgres") + " password='" + url_part("password", "") + "' dbname=" + name_;
}

}  // namespace gatehouse::testing
