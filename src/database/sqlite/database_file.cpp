#include "database/sqlite/database_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "database/errors.hpp"

namespace gatehouse::database::sqlite {
namespace {

[[noreturn]] void refuse(const std::string& path, int error) {
  throw Unavailable{Unavailable::Reason::storage,
                    "cannot create " + path + ": " + std::generic_category().message(error)};
}

}  // namespace

void create_private_directories(const std::filesystem::path& directory) {
  std::filesystem::path made;
  for (const auto& part : directory) {
    made /= part;
    if (::mkdir(made.c_str(), S_IRWXU) == 0 || errno == EEXIST) continue;
    // Looking at what is there would overwrite errno.
    const int error = errno;
    std::error_code unknown;
    if (!std::filesystem::is_directory(made, unknown)) refuse(made, error);
  }
}

void create_database_file(const std::string& path) {
  create_private_directories(std::filesystem::path{path}.parent_path());
  // Never opens a file that exists: closing it would drop the locks this process's connections hold on it (fcntl(2)).
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    refuse(path, errno);
  }
}

}  // namespace gatehouse::database::sqlite
