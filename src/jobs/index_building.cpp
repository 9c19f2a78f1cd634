#include "jobs/index_building.hpp"

#include <string>
#include <utility>

namespace gatehouse::jobs {
namespace {

using database::schema::BackgroundIndex;

/// The lease may expire while an index is built: PostgreSQL reports which builds are under way.
constexpr LeaseTerms building_lease{.name = "index building", .duration = std::chrono::seconds{10}};

}  // namespace

Job IndexBuilding::job(Parts parts) {
  const auto building = std::make_shared<IndexBuilding>(std::move(parts));
  return {.name = "index_building",
          .interval = std::chrono::seconds{10},
          .lease = building_lease,
          .is_due = [building] { return building->is_due(); },
          .run = [building](const std::optional<Lease>& /*held*/) { return building->run(); }};
}

Task<std::vector<BackgroundIndex>> IndexBuilding::missing() {
  auto planned = parts_.indexes;
  return database::schema::find_missing(parts_.database, std::move(planned));
}

Task<bool> IndexBuilding::is_due() {
  if (parts_.indexes.empty() || all_made_) co_return false;
  const auto found = co_await missing();
  all_made_ = found.empty();
  co_return !all_made_;
}

Task<> IndexBuilding::run() {
  auto indexes = co_await missing();
  schema_ = parts_.open_schema();
  try {
    co_await make(std::move(indexes));
  } catch (...) {
    schema_.reset();
    throw;
  }
  schema_.reset();
}

Task<> IndexBuilding::make(std::vector<BackgroundIndex> indexes) {
  for (BackgroundIndex& index : indexes) {
    const std::string name = index.name;
    const bool is_made = co_await database::schema::make_index(*schema_, std::move(index));
    if (is_made) parts_.log.info("index_made", {{"index", name}});
  }
}

}  // namespace gatehouse::jobs
