#include "passwords/filter_build.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "crypto/sha1.hpp"
#include "passwords/binary_file.hpp"
#include "passwords/filter_format.hpp"
#include "passwords/filter_writer.hpp"
#include "passwords/key_sorter.hpp"
#include "passwords/line_reader.hpp"
#include "passwords/stored_password.hpp"

namespace gatehouse::passwords {
namespace {

using Outcome = std::expected<FilterBuilt, std::string>;

constexpr std::size_t sha1_digits = 40;
constexpr std::size_t key_digits = 16;
/// Partitions have about this many keys, fewer if some hashes are left out.
constexpr std::uint64_t partition_keys = std::uint64_t{1} << 20U;
constexpr std::uint64_t progress_lines = std::uint64_t{1} << 19U;

/// One line of the public lists: `21BD1…:37359195`.
struct HashLine {
  std::uint64_t key = 0;
  std::uint64_t count = 1;
};

std::optional<HashLine> parse_hash_line(std::string_view line) {
  if (line.size() < sha1_digits) return std::nullopt;
  HashLine parsed;
  for (std::size_t i = 0; i < sha1_digits; ++i) {
    const auto digit = hex_digit_value(line[i]);
    if (!digit) return std::nullopt;
    if (i < key_digits) parsed.key = (parsed.key << 4U) | *digit;
  }
  if (line.size() == sha1_digits) return parsed;
  const char* const end = line.data() + line.size();
  const auto [behind, error] = std::from_chars(line.data() + sha1_digits + 1, end, parsed.count);
  if (line[sha1_digits] != ':' || error != std::errc{} || behind != end) return std::nullopt;
  return parsed;
}

unsigned partition_bits_for(std::uint64_t keys) {
  unsigned bits = 0;
  while (bits < partition_bits_max && keys >> bits > partition_keys) ++bits;
  return bits;
}

std::unexpected<std::string> wrong_line(const FilterBuild& build, std::uint64_t line, std::string_view what) {
  return std::unexpected(build.in + ", line " + std::to_string(line) + ": " + std::string{what});
}

std::unexpected<std::string> too_crowded(const FilterBuild& build) {
  return std::unexpected(build.in + " has too many hashes that begin alike; it is not a list of SHA-1 hashes");
}

void report(const FilterBuild& build, std::string_view step, std::uint64_t done, std::uint64_t all) {
  if (build.on_progress) build.on_progress(step, static_cast<double>(done) / static_cast<double>(std::max(all, done)));
}

Outcome finish(const FilterBuild& build, FilterWriter& writer, FilterBuilt built) {
  report(build, "Writing", 1, 1);
  if (!writer.finish()) return too_crowded(build);
  built.keys = writer.keys();
  built.file_bytes = writer.file_bytes();
  return built;
}

/// One pass: the list is sorted already, and its size tells roughly how many hashes there are.
Outcome build_from_hashes(const FilterBuild& build, BinaryFile& in) {
  const std::uint64_t bytes = in.size();
  FilterWriter writer{build.out, partition_bits_for(bytes / (sha1_digits + 1))};
  LineReader reader{in};
  std::uint64_t before = 0;
  while (const auto line = reader.next()) {
    const auto parsed = parse_hash_line(*line);
    if (!parsed) return wrong_line(build, reader.lines(), "is not SHA1HEX:count; lists of passwords need --plain");
    const bool is_in_order = parsed->key >= before;
    if (!is_in_order) return wrong_line(build, reader.lines(), "is not in the order of the hashes; sort the list");
    before = parsed->key;
    if (parsed->count >= build.count_min && !writer.add(parsed->key)) return too_crowded(build);
    if (reader.lines() % progress_lines == 0) report(build, "Reading", reader.bytes(), bytes);
  }
  return finish(build, writer, {.lines = reader.lines()});
}

/// The key of a line that may be somebody's password.
std::optional<std::uint64_t> key_of_plain(std::string_view line) {
  if (line.empty() || line.size() > password_bytes_max || !is_utf8(line)) return std::nullopt;
  return filter_key(is_ascii(line) ? crypto::sha1(line) : crypto::sha1(to_nfc(line)));
}

/// Two passes: the keys are sorted first, then counted and written.
Outcome build_from_passwords(const FilterBuild& build, BinaryFile& in) {
  FilterBuilt built;
  KeySorter sorter{build.out};
  LineReader reader{in};
  while (const auto line = reader.next()) {
    const auto key = key_of_plain(*line);
    if (!key) ++built.skipped_lines;
    if (key && !sorter.add(*key)) return wrong_line(build, reader.lines(), "the list is too long");
    if (reader.lines() % progress_lines == 0) report(build, "Reading", reader.bytes(), in.size());
  }
  built.lines = reader.lines();
  sorter.finish_adding();
  FilterWriter writer{build.out, partition_bits_for(sorter.keys())};
  std::uint64_t done = 0;
  while (const auto counted = sorter.next()) {
    if (counted->count >= build.count_min && !writer.add(counted->key)) return too_crowded(build);
    if (++done % progress_lines == 0) report(build, "Sorting", done, sorter.keys());
  }
  return finish(build, writer, built);
}

}  // namespace

Outcome build_filter(const FilterBuild& build) {
  BinaryFile in = BinaryFile::open(build.in);
  if (build.is_plain) return build_from_passwords(build, in);
  if (in.size() == 0) return std::unexpected(build.in + " is empty or not a regular file");
  return build_from_hashes(build, in);
}

}  // namespace gatehouse::passwords
