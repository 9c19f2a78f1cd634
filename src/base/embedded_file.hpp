#pragma once

#include <span>
#include <string_view>

namespace gatehouse {

/// A text file of the source tree that was built into the program.
struct EmbeddedFile {
  std::string_view path;  ///< relative to the source tree, `migrations/postgres/….up.sql`
  std::string_view text;
};

/// Every file of migrations/, of seeds/ and of templates/mail/, sorted by path.
[[nodiscard]] std::span<const EmbeddedFile> embedded_migrations();
[[nodiscard]] std::span<const EmbeddedFile> embedded_seeds();
[[nodiscard]] std::span<const EmbeddedFile> embedded_mail_templates();
/// One file: api/openapi.yaml with the path items of api/paths/ in their places.
[[nodiscard]] std::span<const EmbeddedFile> embedded_openapi();

}  // namespace gatehouse
