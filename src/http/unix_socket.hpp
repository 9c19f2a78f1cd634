#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/descriptor.hpp"

namespace gatehouse::http {

/// A Unix socket to listen on (unix(7)).
struct UnixSocketSettings {
  std::string path;           ///< LISTEN_UNIX, absolute; empty: none
  std::uint32_t mode = 0660;  ///< LISTEN_UNIX_MODE, who may connect: those who may write
  std::string group;          ///< LISTEN_UNIX_GROUP; empty: the process's own

  [[nodiscard]] bool is_set() const { return !path.empty(); }
};

/// The longest path that a Unix socket can have, without the terminating null.
inline constexpr std::size_t unix_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

/// The address of a path of at most unix_path_bytes_max.
[[nodiscard]] sockaddr_un unix_address(std::string_view path);

/// The file of a Unix socket, removed on destruction unless another file has taken its place.
class UnixSocketFile {
 public:
  /// The file at this path as it is now.
  explicit UnixSocketFile(std::string path);
  UnixSocketFile(UnixSocketFile&& other) noexcept;
  UnixSocketFile& operator=(UnixSocketFile&&) = delete;
  ~UnixSocketFile() { remove(); }

  void remove() noexcept;

 private:
  std::string path_;  ///< empty: there is nothing to remove
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// A listening Unix socket and its file.
struct UnixSocket {
  runtime::Descriptor descriptor;  ///< non-blocking
  UnixSocketFile file;
};

/// Binds the path and listens. A socket that a dead process has left there is replaced. Until its mode and group are
/// set, nobody but this user can connect.
///
/// Returns the reason, for an operator, if another process listens there, something else has that name, the folder or
/// the group does not exist, or a permission is missing. Blocks for at most a second while
/// other processes begin to listen in the same folder.
[[nodiscard]] std::expected<UnixSocket, std::string> listen_on(const UnixSocketSettings& settings);

/// Why listen_on() would fail, as far as that can be seen without changing anything and whether or not the service
/// runs: no such folder or group, or a file that is not a socket.
[[nodiscard]] std::optional<std::string> obstacle_to(const UnixSocketSettings& settings);

}  // namespace gatehouse::http
