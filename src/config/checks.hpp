#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/environment.hpp"
#include "config/mistake.hpp"

namespace gatehouse::config {

/// What a feature's rules may ask while they check their settings, and where they report what they find.
class Checks {
 public:
  /// True if the setting of this name was given any value.
  using IsGiven = std::function<bool(std::string_view name)>;

  Checks(Environment environment, IsGiven is_given) : environment_(environment), is_given_(std::move(is_given)) {}

  [[nodiscard]] Environment environment() const { return environment_; }
  [[nodiscard]] bool is_given(std::string_view name) const { return is_given_(name); }

  /// Reports what the program cannot work with in any environment.
  void refuse(Mistake mistake) { mistakes_.push_back(std::move(mistake)); }
  /// Reports what production refuses; elsewhere it is a warning.
  void refuse_in_production(Mistake mistake) { breaches_.push_back(std::move(mistake)); }
  /// Reports settings that work but that an operator should reconsider.
  void advise(Mistake mistake) { advice_.push_back(std::move(mistake)); }

  /// Refuses the path of a PEM file that cannot be read. An empty path names no file.
  void require_readable(std::string_view name, const std::string& path);

  [[nodiscard]] const Mistakes& mistakes() const { return mistakes_; }
  [[nodiscard]] const Mistakes& breaches() const { return breaches_; }
  [[nodiscard]] const Mistakes& advice() const { return advice_; }

 private:
  const Environment environment_;
  const IsGiven is_given_;
  Mistakes mistakes_;
  Mistakes breaches_;
  Mistakes advice_;
};

/// The text of a PEM file, or std::nullopt if it cannot be read. Blocks.
[[nodiscard]] std::optional<std::string> read_pem_file(const std::string& path);

}  // namespace gatehouse::config
