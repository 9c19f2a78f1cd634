#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mail/kind.hpp"

namespace gatehouse::mail {

/// What is wrong with a template, and in which line, counted from 1.
struct TemplateMistake {
  std::size_t line;
  std::string problem;
};

/// The first mistake of a Mustache template for this kind of mail: a tag or section that is not closed, a variable that
/// mails of this kind do not have, or something that templates must not do here, which is to include other templates or
/// to change the delimiters.
[[nodiscard]] std::optional<TemplateMistake> find_mistake(std::string_view text, Kind kind);

}  // namespace gatehouse::mail
