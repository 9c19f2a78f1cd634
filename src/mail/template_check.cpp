#include "mail/template_check.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace gatehouse::mail {
namespace {

bool is_known(std::string_view name, Kind kind) {
  return std::ranges::count(common_variables(), name) + std::ranges::count(variables_of(kind), name) > 0;
}

/// Reads the tags of a template one after the other, up to the first mistake.
class TagReader {
 public:
  TagReader(std::string_view text, Kind kind) : text_(text), kind_(kind) {}

  std::optional<TemplateMistake> find_mistake() {
    while (true) {
      const std::size_t begin = text_.find("{{", position_);
      if (begin == std::string_view::npos) break;
      if (auto mistake = read_tag(begin)) return mistake;
    }
    if (open_.empty()) return std::nullopt;
    const auto& [name, begin] = open_.back();
    return at(begin, "the section " + std::string{name} + " is not closed");
  }

 private:
  std::optional<TemplateMistake> read_tag(std::size_t begin) {
    const bool is_triple = text_.substr(begin).starts_with("{{{");
    const std::string_view closing = is_triple ? "}}}" : "}}";
    const std::size_t inner = begin + closing.size();
    const std::size_t end = text_.find(closing, inner);
    if (end == std::string_view::npos) return at(begin, "a tag is not closed");
    position_ = end + closing.size();
    const std::string_view content = trim(text_.substr(inner, end - inner), " \t\r\n");
    if (content.empty()) return at(begin, "a tag is empty");
    if (is_triple) return check_name(begin, content);
    return read_content(begin, content);
  }

  std::optional<TemplateMistake> read_content(std::size_t begin, std::string_view content) {
    const std::string_view name = trim(content.substr(1), " \t\r\n");
    switch (content.front()) {
      case '!':
        return std::nullopt;
      case '>':
        return at(begin, "a template cannot include another one");
      case '=':
        return at(begin, "the delimiters cannot be changed");
      case '&':
        return check_name(begin, name);
      case '#':
      case '^':
        open_.emplace_back(name, begin);
        return check_name(begin, name);
      case '/':
        return close(begin, name);
      default:
        return check_name(begin, content);
    }
  }

  std::optional<TemplateMistake> close(std::size_t begin, std::string_view name) {
    if (open_.empty() || open_.back().first != name) {
      return at(begin, "the section " + std::string{name} + " is closed here, but is not the innermost open one");
    }
    open_.pop_back();
    return std::nullopt;
  }

  [[nodiscard]] std::optional<TemplateMistake> check_name(std::size_t begin, std::string_view name) const {
    if (is_known(name, kind_)) return std::nullopt;
    return at(begin, "there is no variable " + std::string{name});
  }

  [[nodiscard]] TemplateMistake at(std::size_t position, std::string problem) const {
    const auto lines_before = std::ranges::count(text_.substr(0, position), '\n');
    return {.line = static_cast<std::size_t>(lines_before) + 1, .problem = std::move(problem)};
  }

  const std::string_view text_;
  const Kind kind_;
  std::size_t position_ = 0;
  std::vector<std::pair<std::string_view, std::size_t>> open_;  ///< open sections, with their positions
};

}  // namespace

std::optional<TemplateMistake> find_mistake(std::string_view text, Kind kind) {
  if (!is_utf8(text)) return TemplateMistake{.line = 1, .problem = "the file is not UTF-8"};
  if (auto mistake = TagReader{text, kind}.find_mistake()) return mistake;
  const kainjow::mustache::mustache parsed{std::string{text}};
  if (parsed.is_valid()) return std::nullopt;
  return TemplateMistake{.line = 1, .problem = parsed.error_message()};
}

}  // namespace gatehouse::mail
