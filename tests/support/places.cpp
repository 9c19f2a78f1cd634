#include "support/places.hpp"

namespace gatehouse::testing {

// The build passes the path to this file only, so that every other object file is the same in each clone and the
// compiler cache has it.
std::filesystem::path source_folder() { return GATEHOUSE_SOURCE_DIR; }

std::filesystem::path vectors_folder() { return source_folder() / "tests" / "vectors"; }

}  // namespace gatehouse::testing
