#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/calendar.hpp"

namespace gatehouse {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;

/// Writes `width` decimal digits; returns one past the last of them.
char* put_digits(char* out, unsigned value, int width) {
  for (int i = width; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + width;
}

char* put_text(char* out, std::string_view text) { return std::ranges::copy(text, out).out; }

struct CivilTime {
  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
  std::chrono::hh_mm_ss<milliseconds> clock;
};

CivilTime civil(TimePoint time) {
  const auto ms = floor<milliseconds>(time);
  const auto day = floor<days>(ms);
  return {std::chrono::year_month_day{day}, std::chrono::weekday{day}, std::chrono::hh_mm_ss<milliseconds>{ms - day}};
}

char* put_clock(char* out, const CivilTime& t) {
  out = put_digits(out, static_cast<unsigned>(t.clock.hours().count()), 2);
  *out++ = ':';
  out = put_digits(out, static_cast<unsigned>(t.clock.minutes().count()), 2);
  *out++ = ':';
  return put_digits(out, static_cast<unsigned>(t.clock.seconds().count()), 2);
}

unsigned year_of(const CivilTime& t) { return static_cast<unsigned>(static_cast<int>(t.date.year())); }

}  // namespace

void append_iso8601(std::string& out, TimePoint time) {
  const CivilTime t = civil(within_calendar(time));
  std::array<char, iso8601_length> text{};
  char* end = put_digits(text.data(), year_of(t), 4);
  *end++ = '-';
  end = put_digits(end, static_cast<unsigned>(t.date.month()), 2);
  *end++ = '-';
  end = put_digits(end, static_cast<unsigned>(t.date.day()), 2);
  *end++ = 'T';
  end = put_clock(end, t);
  *end++ = '.';
  end = put_digits(end, static_cast<unsigned>(t.clock.subseconds().count()), 3);
  *end++ = 'Z';
  out.append(text.data(), end);
}

std::string to_iso8601(TimePoint time) {
  std::string out;
  out.reserve(iso8601_length);
  append_iso8601(out, time);
  return out;
}

void append_http_date(std::string& out, TimePoint time) {
  static constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const CivilTime t = civil(time);
  std::array<char, std::string_view{"Sun, 06 Nov 1994 08:49:37 GMT"}.size()> text{};
  char* end = put_text(text.data(), weekdays.substr(t.weekday.c_encoding() * 3, 3));
  end = put_text(end, ", ");
  end = put_digits(end, static_cast<unsigned>(t.date.day()), 2);
  *end++ = ' ';
  end = put_text(end, months.substr((static_cast<unsigned>(t.date.month()) - 1) * 3, 3));
  *end++ = ' ';
  end = put_digits(end, year_of(t), 4);
  *end++ = ' ';
  end = put_clock(end, t);
  end = put_text(end, " GMT");
  out.append(text.data(), end);
}

}  // namespace gatehouse
