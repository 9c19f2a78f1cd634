#pragma once

#include <filesystem>

namespace gatehouse::testing {

/// The repository, wherever it was cloned.
std::filesystem::path source_folder();

/// Published test vectors and data of the Express service: tests/vectors/README.md.
std::filesystem::path vectors_folder();

}  // namespace gatehouse::testing
