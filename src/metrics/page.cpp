#include "metrics/page.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace gatehouse::metrics {
namespace {

constexpr double ns_per_second = 1e9;

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

/// A backslash, a line end and, in a label, a quotation mark are written with a backslash.
void append_escaped(std::string& out, std::string_view text, bool is_label) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (is_label && c == '"')) out += '\\';
      out += c;
    }
  }
}

void append_label(std::string& out, const Label& label) {
  out += out.ends_with('{') ? "" : ",";
  out.append(label.name).append("=\"");
  append_escaped(out, label.value, true);
  out += '"';
}

}  // namespace

void Page::begin(std::string_view name, std::string_view kind, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ");
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name).append(" ").append(kind).append("\n");
}

void Page::sample(Labels labels, double value) { write_sample({}, labels, {}, number_text(value)); }

/// Buckets are cumulative: each includes the counts of those before it.
void Page::sample(Labels labels, const Distribution& distribution) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    count += distribution.counts[i];
    write_sample("_bucket", labels, bounds[i].text, std::to_string(count));
  }
  count += distribution.counts.back();
  write_sample("_bucket", labels, "+Inf", std::to_string(count));
  write_sample("_sum", labels, {}, number_text(static_cast<double>(distribution.sum_ns) / ns_per_second));
  write_sample("_count", labels, {}, std::to_string(count));
}

void Page::write_sample(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value) {
  text_.append(name_).append(suffix);
  if (labels.size() != 0 || !bound.empty()) {
    text_ += '{';
    for (const Label& label : labels) append_label(text_, label);
    if (!bound.empty()) append_label(text_, {"le", bound});
    text_ += '}';
  }
  text_.append(" ").append(value).append("\n");
}

}  // namespace gatehouse::metrics
