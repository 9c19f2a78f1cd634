#include "database/backups.hpp"

#include <algorithm>
#include <fstream>

namespace gatehouse::database {

std::string first_bytes(const std::string& path) {
  std::string bytes(sqlite_file_mark.size(), '\0');
  std::ifstream file{path, std::ios::binary};
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

}  // namespace gatehouse::database
