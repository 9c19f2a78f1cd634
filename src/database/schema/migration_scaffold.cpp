#include "database/schema/migration_scaffold.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <system_error>

namespace gatehouse::database::schema {
namespace {

constexpr std::size_t name_length_max = 60;
constexpr unsigned number_max = 999;
constexpr std::size_t number_digits = 3;
constexpr std::array dialects{"postgres", "sqlite"};

bool is_lower_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_name_character(char c) { return is_lower_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

bool is_good_name(std::string_view name) {
  return !name.empty() && name.size() <= name_length_max && is_lower_letter(name.front()) &&
         std::ranges::all_of(name, is_name_character);
}

// `2026-11-23T…` without its dashes.
std::string day_of(TimePoint now) {
  constexpr std::size_t date_length = 10;
  std::string day = to_iso8601(now).substr(0, date_length);
  std::erase(day, '-');
  return day;
}

// The highest number among the day's files, 0 if there is none.
unsigned last_number(const std::filesystem::path& folder, const std::string& prefix) {
  unsigned last = 0;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator{folder, missing}) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(prefix) || file.size() < prefix.size() + number_digits) continue;
    unsigned number = 0;
    const char* digits = file.data() + prefix.size();
    std::from_chars(digits, digits + number_digits, number);
    last = std::max(last, number);
  }
  return last;
}

std::string padded(unsigned number) {
  std::string digits = std::to_string(number);
  return std::string(number_digits - digits.size(), '0') + digits;
}

bool write_new(const std::filesystem::path& path, std::string_view text) {
  if (std::filesystem::exists(path)) return false;
  std::ofstream file{path, std::ios::binary};
  file << text;
  return static_cast<bool>(file.flush());
}

}  // namespace

std::expected<std::vector<std::filesystem::path>, ScaffoldError> make_migration(const std::filesystem::path& directory,
                                                                                std::string_view name, TimePoint now) {
  if (!is_good_name(name)) return std::unexpected(ScaffoldError::bad_name);
  const std::string prefix = day_of(now) + "_";
  unsigned last = 0;
  for (const auto* dialect : dialects) last = std::max(last, last_number(directory / dialect, prefix));
  if (last >= number_max) return std::unexpected(ScaffoldError::day_is_full);
  const std::string step = prefix + padded(last + 1) + "_" + std::string{name};

  std::vector<std::filesystem::path> written;
  for (const auto* dialect : dialects) {
    std::error_code failed;
    std::filesystem::create_directories(directory / dialect, failed);
    const auto up = directory / dialect / (step + ".up.sql");
    const auto down = directory / dialect / (step + ".down.sql");
    if (failed || !write_new(up, "-- What this migration changes, and why. It runs as one transaction.\n") ||
        !write_new(down, "-- How the change is taken back, with the rows it would lose.\n")) {
      return std::unexpected(ScaffoldError::cannot_write);
    }
    written.push_back(up);
    written.push_back(down);
  }
  return written;
}

}  // namespace gatehouse::database::schema
