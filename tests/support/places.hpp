#pragma once

#include <filesystem>

namespace gatehouse::testing {

/// The repository, wherever it was cloned.
std::filesystem::path source_folder();

/// Published test vectors, and what the Express service left: tests/vectors/README.md.
std::filesystem::path vectors_folder();

}  // namespace gatehouse::testing
