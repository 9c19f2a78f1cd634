#pragma once

#include <optional>
#include <string>

namespace gatehouse::flows {

/// Where an attempt to prove a password comes from, as far as it can be told.
struct Traces {
  /// The client's address, in a text that is the same for all that count as one; nothing where only a back end is
  /// known.
  std::optional<std::string> source;
  /// The device token that came with it, as it came, or what stands for "make one". Nothing: no token is wanted.
  std::optional<std::string> device_token;
};

}  // namespace gatehouse::flows
