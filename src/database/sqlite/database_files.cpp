#include "database/sqlite/database_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>

namespace gatehouse::database::sqlite {
namespace {

// Positions in files_.
constexpr std::size_t resolved = 1;
constexpr std::size_t written_ahead = 2;
constexpr std::size_t written_ahead_index = 3;

}  // namespace

FileId identify(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {.device = found.st_dev, .inode = found.st_ino};
}

DatabaseFiles::DatabaseFiles(const std::string& path, const std::string& opened)
    : files_{look(path), look(opened), look(opened + "-wal"), look(opened + "-shm")} {}

DatabaseFiles::State DatabaseFiles::state_of(const File& file) {
  const FileId now = identify(file.name);
  if (now == FileId{}) return State::deleted;
  return now == file.id ? State::unchanged : State::replaced;
}

std::optional<std::string> DatabaseFiles::change() const {
  for (const File& file : files_) {
    const State state = state_of(file);
    if (state == State::deleted) return file.name + " was deleted";
    if (state == State::replaced) return file.name + " was replaced";
  }
  return std::nullopt;
}

bool DatabaseFiles::has_left_its_log() const {
  return !files_.empty() && state_of(files_[resolved]) == State::replaced &&
         state_of(files_[written_ahead]) == State::unchanged;
}

void DatabaseFiles::remove_log() const noexcept {
  ::unlink(files_[written_ahead].name.c_str());
  if (state_of(files_[written_ahead_index]) == State::unchanged) ::unlink(files_[written_ahead_index].name.c_str());
}

}  // namespace gatehouse::database::sqlite
