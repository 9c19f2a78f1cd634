#include "mail/templates.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "base/embedded_file.hpp"
#include "base/text.hpp"

namespace gatehouse::mail {
namespace {

constexpr std::string_view built_in_locale = "en";

std::string_view built_in_text(Kind kind, std::string_view part) {
  const std::string name = "templates/mail/" + std::string{to_text(kind)} + "." + std::string{part};
  const auto files = embedded_mail_templates();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::path);
  return found == files.end() ? std::string_view{} : found->text;
}

/// The locale without its last subtag: `de` for `de-ch`, nothing for `de`. A single-letter subtag is removed together
/// with the subtag after it (RFC 4647 section 3.4).
std::string_view shortened(std::string_view locale) {
  const std::size_t dash = locale.rfind('-');
  if (dash == std::string_view::npos) return {};
  locale = locale.substr(0, dash);
  const std::size_t before = locale.rfind('-');
  return before != std::string_view::npos && locale.size() - before == 2 ? locale.substr(0, before) : locale;
}

std::string filled_in(std::string_view text, const Variables& variables, bool is_html) {
  namespace mustache = kainjow::mustache;
  mustache::mustache parsed{std::string{text}};
  if (!is_html) parsed.set_custom_escape([](const std::string& value) { return value; });
  mustache::data values{mustache::data::type::object};
  for (const auto& [name, value] : variables) {
    if (!value.empty()) values.set(name, value);
  }
  mustache::context<std::string> context;
  context.push(&values);
  return parsed.render(context);
}

std::string single_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return std::string{trim(text)};
}

}  // namespace

Templates::Templates(const std::string& folder) {
  if (folder.empty()) return;
  folder_ = read_template_folder(folder);
  if (!folder_.mistakes.empty()) throw std::invalid_argument("MAIL_TEMPLATES " + folder_.mistakes.front());
}

std::string_view Templates::text_of(Kind kind, std::string_view locale, std::string_view part) const {
  const std::string beginning = std::string{to_text(kind)} + ".";
  for (; !locale.empty(); locale = shortened(locale)) {
    const auto found = folder_.texts.find(beginning + to_lower(locale) + "." + std::string{part});
    if (found != folder_.texts.end()) return found->second;
  }
  const auto found = folder_.texts.find(beginning + std::string{part});
  return found != folder_.texts.end() ? std::string_view{found->second} : built_in_text(kind, part);
}

Rendered Templates::render(Kind kind, std::string_view locale, const Variables& variables) const {
  return {.subject = single_line(filled_in(text_of(kind, locale, "subject"), variables, false)),
          .text = filled_in(text_of(kind, locale, "txt"), variables, false),
          .html = filled_in(text_of(kind, locale, "html"), variables, true)};
}

std::string Templates::choose(std::span<const std::string> languages) const {
  for (const std::string& language : languages) {
    for (std::string_view locale = language; !locale.empty(); locale = shortened(locale)) {
      const std::string within = "." + std::string{locale} + ".";
      const auto is_for = [&within](const auto& file) { return file.first.contains(within); };
      if (locale == built_in_locale || std::ranges::any_of(folder_.texts, is_for)) return std::string{locale};
    }
  }
  return {};
}

}  // namespace gatehouse::mail
