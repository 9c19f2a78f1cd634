#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "signing_keys/private_key_sealer.hpp"

namespace gatehouse::signing_keys {

/// The sealer of the newest SESSION_SECRET, which may change while the service runs. Any thread.
class SealerInUse {
 public:
  explicit SealerInUse(std::shared_ptr<const PrivateKeySealer> sealer) : sealer_(std::move(sealer)) {}

  [[nodiscard]] std::shared_ptr<const PrivateKeySealer> get() const {
    const std::scoped_lock lock{mutex_};
    return sealer_;
  }
  void use(std::shared_ptr<const PrivateKeySealer> sealer) {
    const std::scoped_lock lock{mutex_};
    sealer_.swap(sealer);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const PrivateKeySealer> sealer_;  ///< guarded by mutex_; never null
};

}  // namespace gatehouse::signing_keys
