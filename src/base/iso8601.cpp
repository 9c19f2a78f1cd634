#include "base/iso8601.hpp"

#include <algorithm>
#include <chrono>

namespace gatehouse {
namespace {

/// Reads a text from its beginning. After the first failed read, all others fail too.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  /// A number of `width` digits, at most `greatest`.
  int number(std::size_t width, int greatest) {
    const std::string_view digits = rest_.substr(0, width);
    is_good_ = is_good_ && digits.size() == width && std::ranges::all_of(digits, is_digit);
    if (!is_good_) return 0;
    rest_.remove_prefix(width);
    int value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    is_good_ = value <= greatest;
    return value;
  }

  void sign(char expected) {
    is_good_ = is_good_ && rest_.starts_with(expected);
    if (is_good_) rest_.remove_prefix(1);
  }

  /// A point and one to six decimals of a second; zero if there is no point.
  std::chrono::microseconds decimals() {
    if (!is_good_ || !rest_.starts_with('.')) return {};
    rest_.remove_prefix(1);
    const auto count = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
    is_good_ = count >= 1 && count <= 6;
    if (!is_good_) return {};
    int value = number(count, 999'999);
    for (std::size_t i = count; i < 6; ++i) value *= 10;
    return std::chrono::microseconds{value};
  }

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  [[nodiscard]] bool has_read_all() const { return is_good_ && rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace

std::optional<TimePoint> parse_iso8601(std::string_view text) {
  TextReader reader{text};
  const int year = reader.number(4, 9999);
  reader.sign('-');
  const int month = reader.number(2, 12);
  reader.sign('-');
  const int day = reader.number(2, 31);
  const std::chrono::year_month_day date{std::chrono::year{year} / month / day};
  if (!date.ok()) return std::nullopt;
  TimePoint time{std::chrono::sys_days{date}};
  if (reader.is_at_end()) return reader.has_read_all() ? std::optional{time} : std::nullopt;
  reader.sign('T');
  time += std::chrono::hours{reader.number(2, 23)};
  reader.sign(':');
  time += std::chrono::minutes{reader.number(2, 59)};
  reader.sign(':');
  time += std::chrono::seconds{reader.number(2, 59)};
  time += reader.decimals();
  reader.sign('Z');
  return reader.has_read_all() ? std::optional{time} : std::nullopt;
}

}  // namespace gatehouse
