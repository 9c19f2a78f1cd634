#include "base/time.hpp"

#include <array>

namespace gatehouse {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;

void append_digits(std::string& out, unsigned value, int width) {
  std::array<char, 4> digits{};
  for (int i = width; i-- > 0; value /= 10) digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  out.append(digits.data(), static_cast<std::size_t>(width));
}

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

void append_clock(std::string& out, const CivilTime& t) {
  append_digits(out, static_cast<unsigned>(t.clock.hours().count()), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(t.clock.minutes().count()), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(t.clock.seconds().count()), 2);
}

}  // namespace

void append_iso8601(std::string& out, TimePoint time) {
  const CivilTime t = civil(time);
  append_digits(out, static_cast<unsigned>(static_cast<int>(t.date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(t.date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(t.date.day()), 2);
  out += 'T';
  append_clock(out, t);
  out += '.';
  append_digits(out, static_cast<unsigned>(t.clock.subseconds().count()), 3);
  out += 'Z';
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
  out += weekdays.substr(t.weekday.c_encoding() * 3, 3);
  out += ", ";
  append_digits(out, static_cast<unsigned>(t.date.day()), 2);
  out += ' ';
  out += months.substr((static_cast<unsigned>(t.date.month()) - 1) * 3, 3);
  out += ' ';
  append_digits(out, static_cast<unsigned>(static_cast<int>(t.date.year())), 4);
  out += ' ';
  append_clock(out, t);
  out += " GMT";
}

}  // namespace gatehouse
