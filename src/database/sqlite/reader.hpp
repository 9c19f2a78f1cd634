#pragma once

#include <atomic>
#include <latch>
#include <string>

#include "database/sqlite/connection_slot.hpp"
#include "database/sqlite/lane.hpp"

namespace gatehouse::database::sqlite {

/// One of the reading threads. It runs one query or migration check at a time on its own connection. Each begins a new
/// read of the file, so it sees every write that was answered before it was submitted.
class Reader {
 public:
  /// All references outlive the reader.
  Reader(const std::string& path, Lane& lane, const std::atomic<bool>& stopping, const DriverLog& log)
      : lane_(lane), slot_(path, Role::reader, stopping, log) {}

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
