#pragma once

#include <string>

namespace gatehouse::database {

/// The lease under which a deletion is made: a row of the leases table that must still name this holder.
struct HeldLease {
  std::string name;
  std::string holder;
};

}  // namespace gatehouse::database
