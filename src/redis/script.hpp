#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::redis {

/// A script that Redis runs atomically, and the name by which Redis knows it after the first run. Immutable.
class Script {
 public:
  /// The text has static storage duration.
  explicit Script(std::string_view text);

  using Words = std::span<const std::string>;

  /// EVALSHA, which Redis answers with NOSCRIPT if it does not know the script.
  [[nodiscard]] std::string by_name(Words keys, Words arguments) const;
  /// EVAL, which makes the script known to Redis.
  [[nodiscard]] std::string by_text(Words keys, Words arguments) const;

 private:
  std::string_view text_;
  std::string name_;  ///< SHA-1 of the text, in hexadecimal digits
};

/// A script with its keys and arguments; the script outlives the invocation.
struct Invocation {
  const Script& script;
  std::vector<std::string> keys;
  std::vector<std::string> arguments;

  [[nodiscard]] std::string by_name() const { return script.by_name(keys, arguments); }
  [[nodiscard]] std::string by_text() const { return script.by_text(keys, arguments); }
};

}  // namespace gatehouse::redis
