#pragma once

#include <cstdint>

namespace gatehouse::service {

/// How many clients there may be at once.
struct ClientPlaces {
  std::uint32_t connections;
  std::uint32_t feed_readers;  ///< in addition to them

  friend bool operator==(const ClientPlaces&, const ClientPlaces&) = default;
};

/// Raises the process's limit of open files to what the system allows, because shells start programs with a limit of
/// 1,024. Returns how many clients fit below the limit: at most those wanted, after some descriptors are set aside for
/// the database, the log and clients that are turned away. Feed readers get what the connections leave, but at least an
/// eighth of all.
[[nodiscard]] ClientPlaces raise_descriptor_limit(ClientPlaces wanted);

/// The same as a pure function of the limit.
[[nodiscard]] ClientPlaces places_below(std::uint64_t descriptors_max, ClientPlaces wanted);

}  // namespace gatehouse::service
