#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gatehouse::mail {

/// What a mail is about. Each kind has its own templates.
enum class Kind : std::uint8_t {
  reset_password,
  verify_email,
  change_email,   ///< to the new address, for its owner to confirm
  email_changed,  ///< to the old address
  password_changed,
  new_device,
  password_guessing,
  invitation,
};
inline constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::invitation) + 1;

/// The kind's name in the database, in template names and on the command line, such as `reset-password`.
[[nodiscard]] std::string_view to_text(Kind kind);
/// Nothing for a name that this version does not know.
[[nodiscard]] std::optional<Kind> kind_of(std::string_view name);

/// The variables that a flow may set in a letter of this kind, besides the token. A flow may leave out any of them.
[[nodiscard]] std::span<const std::string_view> variables_of(Kind kind);

/// Further variables, which templates of every kind may use: `app`, `expires`, `frontend_url`, `link`, `recipient`,
/// `time`.
[[nodiscard]] std::span<const std::string_view> common_variables();

}  // namespace gatehouse::mail
