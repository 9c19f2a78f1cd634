#pragma once

#include <filesystem>

namespace gatehouse::testing {

/// The repository, wherever it was cloned.
std::filesystem::path source_folder();

/// Published test vectors and hashes of the Express service; they stand beside the repository and may be absent.
std::filesystem::path vectors_folder();

/// A database and a description of the Express service; beside the repository too, and it may be absent.
std::filesystem::path express_reference_folder();

}  // namespace gatehouse::testing
