#include "cli/commands/others.hpp"

#include <chrono>

#include "runtime/periodic.hpp"

namespace gatehouse::cli {

Task<std::vector<std::string>> list_who_stays(database::SchemaDatabase& schema) {
  constexpr int looks_max = 20;
  constexpr std::chrono::milliseconds pause{100};
  auto others = co_await schema.list_others();
  for (int looks = 1; looks < looks_max && !others.empty(); ++looks) {
    co_await runtime::pause_for(pause);
    others = co_await schema.list_others();
  }
  co_return others;
}

}  // namespace gatehouse::cli
