#include "api/readiness.hpp"

#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

/// The place of a reason in `names`.
enum Reason : std::size_t { database_away, read_only, schema, stopping, change_feed };

constexpr std::size_t bit(Reason reason) { return std::size_t{1} << reason; }

std::size_t reason_of(Finding finding) {
  switch (finding) {
    case Finding::healthy:
      return 0;
    case Finding::read_only:
      return bit(read_only);
    case Finding::schema_not_ready:
    case Finding::schema_does_not_fit:
      return bit(schema);
    case Finding::unavailable:
    case Finding::storage_failed:
      break;
  }
  return bit(database_away);
}

}  // namespace

Readiness::Readiness(const Parts& parts) : parts_(parts) {
  for (std::size_t reasons = 1; reasons < refusals_.size(); ++reasons) {
    json::Writer writer{refusals_[reasons]};
    writer.begin_object().member("status", "not ready").key("reasons").begin_array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if ((reasons & (std::size_t{1} << i)) != 0) writer.value(names[i]);
    }
    writer.end_array().end_object();
  }
}

std::string_view Readiness::refusal() const { return refusals_[reasons()]; }

std::size_t Readiness::reasons() const {
  std::size_t reasons = reason_of(parts_.health.last());
  if (parts_.lifecycle.stopping.load(std::memory_order_relaxed)) reasons |= bit(stopping);
  if (parts_.needs_feed && !parts_.feed.is_good()) reasons |= bit(change_feed);
  return reasons;
}

}  // namespace gatehouse::api
