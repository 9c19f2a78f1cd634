#include "database/postgres/prepared_statements.hpp"

#include <algorithm>
#include <span>

namespace gatehouse::database::postgres {

namespace {

constexpr auto inferred = static_cast<std::uint32_t>(TypeOid::unknown);

bool accepts(const std::vector<std::uint32_t>& prepared, const EncodedParameters& parameters) {
  const std::span given{parameters.types(), static_cast<std::size_t>(parameters.count())};
  return std::equal(given.begin(), given.end(), prepared.begin(), prepared.end(),
                    [](std::uint32_t wanted, std::uint32_t known) { return wanted == inferred || wanted == known; });
}

/// Takes the types given and keeps, for a NULL, what an earlier call taught.
void learn_types(std::vector<std::uint32_t>& known, const EncodedParameters& parameters) {
  known.resize(static_cast<std::size_t>(parameters.count()), inferred);
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (parameters.types()[i] != inferred) known[i] = parameters.types()[i];
  }
}

}  // namespace

PreparedStatements::Entry& PreparedStatements::find(const Statement& statement, const EncodedParameters& parameters) {
  Entry& entry = entries_[&statement];
  if (entry.prepared && accepts(entry.types, parameters)) return entry;
  entry.prepared = false;
  ++entry.generation;
  entry.name = statement.name;
  if (entry.generation > 1) entry.name.append("_").append(std::to_string(entry.generation));
  learn_types(entry.types, parameters);
  return entry;
}

void PreparedStatements::forget(const Statement& statement, std::uint32_t generation) {
  const auto found = entries_.find(&statement);
  if (found != entries_.end() && found->second.generation == generation) found->second.prepared = false;
}

void PreparedStatements::forget(const Statement& statement) {
  const auto found = entries_.find(&statement);
  if (found != entries_.end()) found->second.prepared = false;
}

}  // namespace gatehouse::database::postgres
