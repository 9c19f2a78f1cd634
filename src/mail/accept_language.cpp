#include "mail/accept_language.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace gatehouse::mail {
namespace {

constexpr std::size_t tag_bytes_max = 35;  // the least that RFC 5646 section 4.4.1 asks of those who limit it
constexpr std::size_t subtag_bytes_max = 8;
constexpr int weight_max = 1000;

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Returns the text before the separator, and removes both from `rest`; without a separator, all of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return taken;
}

/// The weight in thousandths of a text such as `0.8`, `1` or `1.000`; nothing if the text is not a weight.
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = text[0] == '1' ? weight_max : 0;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int unit = weight_max / 10;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(c)) return std::nullopt;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight <= weight_max ? std::optional{weight} : std::nullopt;
}

/// The weight that follows a tag.
std::optional<int> weight_of(std::string_view parameters) {
  if (parameters.empty()) return weight_max;
  parameters = trim(parameters);
  if (!parameters.starts_with("q=") && !parameters.starts_with("Q=")) return std::nullopt;
  return read_weight(parameters.substr(2));
}

using Wanted = std::pair<int, std::string>;

std::optional<Wanted> read_entry(std::string_view entry) {
  const std::string_view tag = trim(take_until(entry, ';'));
  const auto weight = weight_of(entry);
  if (!is_language_tag(tag) || !weight || *weight == 0) return std::nullopt;
  return Wanted{*weight, to_lower(tag)};
}

}  // namespace

bool is_language_tag(std::string_view text) {
  if (text.empty() || text.size() > tag_bytes_max) return false;
  bool is_first = true;
  while (true) {
    const std::size_t dash = text.find('-');
    const std::string_view subtag = text.substr(0, dash);
    if (subtag.empty() || subtag.size() > subtag_bytes_max) return false;
    const auto belongs = [is_first](char c) { return is_letter(c) || (!is_first && is_digit(c)); };
    if (!std::ranges::all_of(subtag, belongs)) return false;
    if (dash == std::string_view::npos) return true;
    is_first = false;
    text.remove_prefix(dash + 1);
  }
}

std::vector<std::string> preferred_languages(std::string_view header) {
  header = header.substr(0, accept_language_bytes_max);
  std::vector<Wanted> wanted;
  for (std::size_t entries = 0; entries < languages_max && !header.empty(); ++entries) {
    auto entry = read_entry(take_until(header, ','));
    if (!entry) continue;
    // After the earlier entries of the same weight.
    const auto place = std::ranges::upper_bound(wanted, entry->first, std::greater{}, &Wanted::first);
    wanted.insert(place, *std::move(entry));
  }
  std::vector<std::string> languages;
  languages.reserve(wanted.size());
  for (auto& [weight, tag] : wanted) languages.push_back(std::move(tag));
  return languages;
}

}  // namespace gatehouse::mail
