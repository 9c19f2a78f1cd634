#include "database/sqlite/reader.hpp"

#include <exception>
#include <utility>
#include <vector>

namespace gatehouse::database::sqlite {

void Reader::run(std::latch& opened) {
  opened.wait();
  slot_.maintain();
  while (!lane_.stopped()) {
    const auto calls = lane_.take(1, std::chrono::steady_clock::now() + idle_wait);
    slot_.maintain();
    if (!calls.empty()) serve(*calls.front());
    slot_.maintain();
  }
}

void Reader::serve(Call& call) {
  Connection* connection = slot_.get();
  if (connection == nullptr) {
    call.fail(Unavailable::Reason::storage, slot_.failure());
    return;
  }
  try {
    auto rows = call.is_script() ? connection->run_check(call.steps().front().check)
                                 : connection->run(call.commands().front(), call.deadline());
    if (!rows) throw ConstraintViolation{std::move(rows.error())};
    std::vector<Rows> results;
    results.push_back(std::move(*rows));
    call.answer({.results = std::move(results), .failure = {}});
  } catch (const std::exception& thrown) {
    call.answer({.results = {}, .failure = to_failure(thrown)});
  }
}

}  // namespace gatehouse::database::sqlite
