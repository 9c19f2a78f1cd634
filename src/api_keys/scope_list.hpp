#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/scopes.hpp"

namespace gatehouse::api_keys {

/// Scopes as one text, `auth users:read`: the form of RFC 6749 section 3.3, in the order of the enum.
[[nodiscard]] std::string to_text(Scopes scopes);

/// The scopes in a list.
struct ScopeList {
  Scopes known;
  std::optional<std::string_view> unknown;  ///< the first word that is no scope; "" between two blanks
};

/// Reads words separated by single blanks. The result refers to the text.
[[nodiscard]] ScopeList read_scopes(std::string_view text);

}  // namespace gatehouse::api_keys
