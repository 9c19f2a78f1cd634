#pragma once

namespace gatehouse::service {

/// From now on only SIGTERM and SIGINT, and faults of the program itself, end it: whatever else would, and can be
/// ignored, is. Process-wide; before threads are started. What is handled later is handled all the same.
void ignore_other_signals() noexcept;

}  // namespace gatehouse::service
