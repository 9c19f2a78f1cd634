#pragma once

#include <functional>
#include <string_view>
#include <utility>

namespace gatehouse::database {

/// Hears what a driver does in the background: a connection opened, lost, tried again. `event` is a fixed snake_case
/// name, `detail` one line without statement parameters and without a password. Called from any thread; must not throw.
/// An empty function is allowed where a provider is made: nobody listens.
using DriverLog = std::function<void(std::string_view event, std::string_view detail)>;

/// One that can be called in any case.
[[nodiscard]] inline DriverLog or_silent(DriverLog log) {
  return log ? std::move(log) : [](std::string_view, std::string_view) {};
}

/// Events that say all is well end in _connected, _opened or _ready; all others are for an operator's attention.
[[nodiscard]] constexpr bool is_good_news(std::string_view event) {
  return event.ends_with("_connected") || event.ends_with("_opened") || event.ends_with("_ready");
}

}  // namespace gatehouse::database
