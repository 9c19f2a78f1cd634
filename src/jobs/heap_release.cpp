#include "jobs/heap_release.hpp"

#include <memory>

#include "runtime/heap.hpp"

namespace gatehouse::jobs {
namespace {

Task<> release_if_due(std::shared_ptr<runtime::HeapRelease> release) {
  const auto before = runtime::read_heap_use();
  if (!before || !release->is_due(*before)) co_return;
  runtime::release_free_heap();
  if (const auto left = runtime::read_heap_use()) release->note(*left);
}

}  // namespace

Job heap_release() {
  auto run = [release = std::make_shared<runtime::HeapRelease>()](const std::optional<Lease>& /*none*/) {
    return release_if_due(release);
  };
  return {.name = "heap_release", .interval = heap_release_interval, .lease = std::nullopt, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
