#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::database::sqlite {

/// Which file a name refers to. If there is none: inode 0, which no file has.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;

  bool operator==(const FileId&) const = default;
};

[[nodiscard]] FileId identify(const std::string& path);

/// The files that a connection has open: the database, its write-ahead log and the log's index.
///
/// A file that was deleted or replaced under its name still takes what is written, and everything is lost once it is
/// closed. SQLite does not check. Devices and inodes tell: while a connection is open, its files keep theirs.
class DatabaseFiles {
 public:
  DatabaseFiles() = default;
  /// The files as they are now. `path` is the database's as it was configured, `opened` as SQLite resolved it.
  DatabaseFiles(const std::string& path, const std::string& opened);

  [[nodiscard]] FileId database() const { return files_.empty() ? FileId{} : files_.front().id; }

  /// The first file that is no longer the one that was opened: `/data/gatehouse.db was deleted`. Nothing if all still
  /// are. Calls stat(2) for each.
  [[nodiscard]] std::optional<std::string> change() const;

  /// Whether another database is in the place of this one while this one's log is still there: whoever opens the new
  /// database would replay the log into it.
  [[nodiscard]] bool has_left_its_log() const;
  /// Removes the log that was left behind.
  void remove_log() const noexcept;

 private:
  struct File {
    std::string name;
    FileId id;
  };

  enum class State { unchanged, replaced, deleted };
  static File look(const std::string& name) { return {.name = name, .id = identify(name)}; }
  static State state_of(const File& file);

  std::vector<File> files_;  ///< the database under both of its names, the log, the log's index
};

}  // namespace gatehouse::database::sqlite
