#pragma once

#include <latch>
#include <string>

#include "database/sqlite/connection_slot.hpp"
#include "database/sqlite/lane.hpp"

namespace gatehouse::database::sqlite {

/// One of the reading threads. It runs one query or migration check at a time on its own connection. Each begins a new
/// read of the file, so it sees every write that was answered before it was submitted.
class Reader {
 public:
  /// `lane` outlives the reader.
  Reader(const ConnectionSlot::Parts& parts, Lane& lane) : lane_(lane), slot_(parts, Role::reader) {}

  /// The thread's body: returns when the lane is stopped. Begins when the writer has tried to open the file, which may
  /// have to be created.
  void run(std::latch& opened);

 private:
  static constexpr std::chrono::seconds idle_wait{60};

  void serve(Call& call);

  Lane& lane_;
  ConnectionSlot slot_;
};

}  // namespace gatehouse::database::sqlite
