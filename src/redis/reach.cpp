#include "redis/reach.hpp"

namespace gatehouse::redis {

void Reach::add_loop() {
  const std::scoped_lock lock{mutex_};
  ++loops_;
}

bool Reach::gain() {
  const std::scoped_lock lock{mutex_};
  ++reaching_;
  if (reaching_ < loops_) return false;
  reasons_.clear();
  return true;
}

bool Reach::lose(bool did_reach, std::string_view reason) {
  const std::scoped_lock lock{mutex_};
  if (did_reach) --reaching_;
  return reasons_.size() < reasons_max && reasons_.emplace(reason).second;
}

bool Reach::is_up() const {
  const std::scoped_lock lock{mutex_};
  return reaching_ == loops_;
}

}  // namespace gatehouse::redis
