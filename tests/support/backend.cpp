#include "support/backend.hpp"

#include <boost/asio/io_context.hpp>
#include <iostream>
#include <stdexcept>

#include "base/embedded_file.hpp"
#include "database/schema/migrator.hpp"
#include "support/run_task.hpp"

namespace gatehouse::testing {

std::vector<BackendFactory> backends() {
  std::vector<BackendFactory> found{sqlite_backend()};
  if (auto postgres = postgres_backend()) {
    found.push_back(std::move(*postgres));
  } else {
    std::cout << "GATEHOUSE_TEST_POSTGRES is not set: PostgreSQL is left out\n";
  }
  return found;
}

std::vector<BackendFactory> audit_backends() {
  std::vector<BackendFactory> found = backends();
  if (auto by_month = postgres_by_month_backend()) found.push_back(std::move(*by_month));
  return found;
}

void migrate(database::Provider& provider) {
  boost::asio::io_context io{1};
  const auto database = provider.open_schema(io);
  const SystemClock clock;
  database::schema::Migrator migrator{*database, embedded_migrations(), clock};
  if (!run_task(io, migrator.latest())) throw std::logic_error{"an empty database cannot be migrated"};
}

void migrate(Backend& backend) { migrate(backend.provider()); }

std::string backend_name(const ::testing::TestParamInfo<BackendFactory>& parameter) { return parameter.param.name; }

}  // namespace gatehouse::testing
