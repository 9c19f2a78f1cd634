#pragma once

namespace gatehouse::service {

/// From now on only SIGTERM and SIGINT, and faults of the program itself, end it: every other signal that would, and
/// can be ignored, is ignored. Process-wide; to be called before threads are started. Signals can still get a handler
/// later.
void ignore_other_signals() noexcept;

}  // namespace gatehouse::service
