#pragma once

#include <expected>
#include <string>
#include <utility>

namespace gatehouse::database {

/// Whether a file that has the name already may be replaced.
enum class Replacing { refused, allowed };

/// A file that is written under a temporary name beside its final one, so that nobody ever sees half of it. Only its
/// owner may use it (0600). Unless it was published, its destructor removes it.
///
/// Failures are sentences for the operator. One thread at a time.
class NewFile {
 public:
  [[nodiscard]] static std::expected<NewFile, std::string> create(const std::string& target);

  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;

  /// Where to write: a file that exists and is empty.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& target() const noexcept { return target_; }

  /// Gives the file its final name once all of it is on the disk. Nobody may have it open.
  [[nodiscard]] std::expected<void, std::string> publish(Replacing replacing);

 private:
  NewFile(std::string target, std::string path) : target_(std::move(target)), path_(std::move(path)) {}

  const std::string target_;
  std::string path_;  ///< empty once it is published
};

}  // namespace gatehouse::database
