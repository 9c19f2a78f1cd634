#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mail/message.hpp"
#include "mail/model.hpp"
#include "mail/template_folder.hpp"

namespace gatehouse::mail {

/// The texts of all mails: built-in Mustache templates in English, some of them replaced by files of MAIL_TEMPLATES.
///
/// For each part of a mail, the first template that exists is used: `<kind>.<locale>.<part>`, the same with a shortened
/// locale (`de` for `de-CH`, RFC 4647 section 3.4), `<kind>.<part>`, the built-in one. Values are HTML-escaped in the
/// HTML part only. Immutable; any thread.
class Templates {
 public:
  /// `folder` is MAIL_TEMPLATES, or empty. Throws std::invalid_argument if a template has a mistake. Blocks.
  explicit Templates(const std::string& folder);

  [[nodiscard]] Rendered render(Kind kind, std::string_view locale, const Variables& variables) const;

  /// The first of these languages, in lower case, that has any template; English always has one. Empty if none has: the
  /// default.
  [[nodiscard]] std::string choose(std::span<const std::string> languages) const;

 private:
  [[nodiscard]] std::string_view text_of(Kind kind, std::string_view locale, std::string_view part) const;

  TemplateFolder folder_;
};

}  // namespace gatehouse::mail
