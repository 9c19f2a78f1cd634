#pragma once

#include <optional>
#include <string>

namespace gatehouse::flows {

/// Where an attempt to prove a password comes from, as far as it is known.
struct Traces {
  /// The client's address, as a text that is the same for all addresses that count as one; nullopt if only a back end's
  /// is known.
  std::optional<std::string> source;
  /// The device token as it came with the attempt, or a text that asks for a new one. nullopt: no token is wanted.
  std::optional<std::string> device_token;
};

}  // namespace gatehouse::flows
