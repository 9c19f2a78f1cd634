#pragma once

#include <cstdint>

namespace gatehouse::service {

/// Raises the process's limit of open files to what the system allows, because shells start programs with 1,024.
/// Returns how many connections fit below it: at most `wanted`, less some descriptors for the database, the log and
/// clients that are turned away.
[[nodiscard]] std::uint32_t raise_descriptor_limit(std::uint32_t wanted);

/// The same as a pure function of the limit.
[[nodiscard]] std::uint32_t connections_below(std::uint64_t descriptors_max, std::uint32_t wanted);

}  // namespace gatehouse::service
