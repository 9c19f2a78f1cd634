#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "passwords/binary_file.hpp"

namespace gatehouse::passwords {

/// Sorts more keys than memory holds: sorted runs in a file, then merged (Knuth, TAOCP 3, section 5.4). First all keys
/// are added, then all are taken. Takes some 24 MiB of memory, whatever their number. Throws what BinaryFile throws.
class KeySorter {
 public:
  /// The file is created beside `path`, has no name, and takes 8 bytes per key.
  explicit KeySorter(const std::string& path);

  /// False if that would exceed keys_max.
  [[nodiscard]] bool add(std::uint64_t key);
  void finish_adding();

  /// The next larger key and how often it was added; nullopt after the last one.
  struct Counted {
    std::uint64_t key;
    std::uint64_t count;
  };
  [[nodiscard]] std::optional<Counted> next();

  [[nodiscard]] std::uint64_t keys() const { return keys_; }

  static constexpr std::size_t run_keys = std::size_t{2} << 20U;
  static constexpr std::size_t runs_max = 1024;
  static constexpr std::uint64_t keys_max = std::uint64_t{run_keys} * runs_max;

 private:
  /// One run: the keys that are in memory, and where the others are.
  struct Run {
    std::uint64_t offset;  ///< in the file, of the first key that is not in memory
    std::uint64_t left;    ///< keys that are not in memory
    std::vector<std::uint64_t> keys;
    std::size_t position = 0;
  };
  struct Head {
    std::uint64_t key;
    std::size_t run;
    friend bool operator>(const Head& a, const Head& b) { return a.key > b.key; }
  };

  void write_run();
  void put_head(std::size_t number);
  [[nodiscard]] bool fill(Run& run) const;

  BinaryFile file_;
  std::vector<std::uint64_t> added_;
  std::vector<Run> runs_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;  ///< the smallest remaining key of each run
  std::uint64_t keys_ = 0;
};

}  // namespace gatehouse::passwords
