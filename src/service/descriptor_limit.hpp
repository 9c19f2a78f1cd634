#pragma once

#include <cstdint>

namespace gatehouse::service {

/// How many clients there may be at once.
struct ClientPlaces {
  std::uint32_t connections;
  std::uint32_t feed_readers;  ///< beside them

  friend bool operator==(const ClientPlaces&, const ClientPlaces&) = default;
};

/// Raises the process's limit of open files to what the system allows, because shells start programs with 1,024.
/// Returns how many clients fit below it: at most those wanted, less some descriptors for the database, the log and
/// clients that are turned away. Readers get what connections leave, and an eighth of all at least.
[[nodiscard]] ClientPlaces raise_descriptor_limit(ClientPlaces wanted);

/// The same as a pure function of the limit.
[[nodiscard]] ClientPlaces places_below(std::uint64_t descriptors_max, ClientPlaces wanted);

}  // namespace gatehouse::service
