#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mail/message.hpp"
#include "mail/model.hpp"
#include "mail/template_folder.hpp"

namespace gatehouse::mail {

/// The texts of all mails: Mustache templates, built in in English, some of them replaced by files of MAIL_TEMPLATES.
///
/// For each part of a mail the first that is there counts: `<kind>.<locale>.<part>`, the same with the locale's
/// beginnings
/// (`de` of `de-CH`, RFC 4647 section 3.4), `<kind>.<part>`, the built-in one. HTML is escaped in the HTML part alone.
/// Immutable; any thread.
class Templates {
 public:
  /// `folder` is MAIL_TEMPLATES, or empty. Throws std::invalid_argument where a template has a mistake. Blocks.
  explicit Templates(const std::string& folder);

  [[nodiscard]] Rendered render(Kind kind, std::string_view locale, const Variables& variables) const;

  /// The first of these languages, in lower case, that there is any template for; English is always there. Empty where
  /// there is none: the default.
  [[nodiscard]] std::string choose(std::span<const std::string> languages) const;

 private:
  [[nodiscard]] std::string_view text_of(Kind kind, std::string_view locale, std::string_view part) const;

  TemplateFolder folder_;
};

}  // namespace gatehouse::mail
