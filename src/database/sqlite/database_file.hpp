#pragma once

#include <filesystem>
#include <string>

namespace gatehouse::database::sqlite {

/// Creates an empty database file that only its owner can use (0600), and the directories above it (0700). SQLite gives
/// its -wal and -shm files the same mode. A file or directory that exists is left as it is. Throws Unavailable{storage}
/// if the file system refuses.
void create_database_file(const std::string& path);

/// Creates the directories that are missing (0700). Throws as above.
void create_private_directories(const std::filesystem::path& directory);

}  // namespace gatehouse::database::sqlite
