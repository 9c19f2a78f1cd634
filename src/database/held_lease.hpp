#pragma once

#include <string>

namespace gatehouse::database {

/// Under which lease a deletion is made: a row of the leases table that must still name this holder.
struct HeldLease {
  std::string name;
  std::string holder;
};

}  // namespace gatehouse::database
