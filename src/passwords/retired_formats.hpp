#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {

/// The formats of earlier settings and imports that were met in the database since the program started. Any thread.
class RetiredFormats {
 public:
  /// The time of an answer may reveal any further format.
  static constexpr std::size_t count_max = 32;

  /// Does nothing if the format is known already, or if count_max formats are.
  void remember(const PhcFormat& format);

  [[nodiscard]] std::vector<PhcFormat> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<PhcFormat> formats_;  ///< guarded by mutex_
};

}  // namespace gatehouse::passwords
