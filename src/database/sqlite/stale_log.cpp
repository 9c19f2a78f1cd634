#include "database/sqlite/stale_log.hpp"

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace gatehouse::database::sqlite {
namespace {

// The write-ahead log's format (https://www.sqlite.org/fileformat2.html#walformat): a header, then frames of a header
// and a page each. Frames of the log's current round carry the salt of its header.
constexpr std::size_t log_header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::size_t salt_at = 16;  // in the log's header; in a frame's at 8
constexpr std::size_t salt_bytes = 8;
constexpr std::uint32_t page_bytes_max = 65'536;

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::optional<std::chrono::nanoseconds> written_at(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return std::chrono::seconds{found.st_mtim.tv_sec} + std::chrono::nanoseconds{found.st_mtim.tv_nsec};
}

/// Where the log has the newest committed version of each page.
struct Committed {
  std::uint32_t page_bytes = 0;
  std::map<std::uint32_t, std::streamoff> pages;
};

Committed read_log(std::ifstream& log) {
  std::array<char, log_header_bytes> header{};
  Committed committed;
  if (!log.read(header.data(), header.size())) return committed;
  committed.page_bytes = big_endian(header.data() + 8);
  if (committed.page_bytes < 512 || committed.page_bytes > page_bytes_max) return committed;

  const std::string_view salt{header.data() + salt_at, salt_bytes};
  std::map<std::uint32_t, std::streamoff> group;
  std::array<char, frame_header_bytes> frame{};
  for (std::streamoff at = log_header_bytes; log.seekg(at) && log.read(frame.data(), frame.size());) {
    if (std::string_view{frame.data() + 8, salt_bytes} != salt) break;
    group[big_endian(frame.data())] = at + static_cast<std::streamoff>(frame_header_bytes);
    const bool ends_a_commit = big_endian(frame.data() + 4) != 0;
    if (ends_a_commit) {
      for (const auto& [page, place] : group) committed.pages[page] = place;
      group.clear();
    }
    at += static_cast<std::streamoff>(frame_header_bytes + committed.page_bytes);
  }
  log.clear();
  return committed;
}

bool has_same_bytes(std::ifstream& one, std::streamoff at, std::ifstream& other, std::streamoff there,
                    std::size_t count) {
  std::vector<char> bytes(count);
  std::vector<char> others(count);
  one.clear();
  other.clear();
  return one.seekg(at).read(bytes.data(), static_cast<std::streamsize>(count)) &&
         other.seekg(there).read(others.data(), static_cast<std::streamsize>(count)) && bytes == others;
}

}  // namespace

bool has_stale_log(const std::string& path) {
  const auto database_written = written_at(path);
  const auto log_written = written_at(path + "-wal");
  if (!database_written || !log_written || *database_written - *log_written < stale_log_slack) return false;

  std::ifstream log{path + "-wal", std::ios::binary};
  std::ifstream database{path, std::ios::binary};
  if (!log || !database) return false;
  const Committed committed = read_log(log);
  for (const auto& [page, place] : committed.pages) {
    const auto there = static_cast<std::streamoff>(page - 1) * committed.page_bytes;
    if (!has_same_bytes(log, place, database, there, committed.page_bytes)) return true;
  }
  return false;
}

}  // namespace gatehouse::database::sqlite
