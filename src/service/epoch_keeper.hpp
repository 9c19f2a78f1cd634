#pragma once

#include <memory>
#include <optional>
#include <string>

#include "database/database.hpp"
#include "redis/client.hpp"
#include "sessions/shared_epoch.hpp"
#include "sessions/shared_session_keys.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Carries out what sessions::SharedEpoch decides: asks Redis and announces through the database. One per process;
/// belongs to the io thread of its client and its Database.
class EpochKeeper {
 public:
  /// Everything outlives the keeper.
  struct Parts {
    sessions::SharedEpoch& epoch;
    redis::Client& client;
    database::Database& database;
    telemetry::Log& log;
  };

  EpochKeeper(const Parts& parts, const sessions::SharedSessionKeys& keys) : parts_(parts), keys_(&keys) {}

  /// Switches to other keys, which outlive the keeper or its next switch.
  void use(const sessions::SharedSessionKeys& keys) { keys_ = &keys; }

  /// Runs until the coroutine is cancelled.
  [[nodiscard]] Task<> keep();

 private:
  using Answer = std::optional<redis::Reply>;

  // One for each step.
  [[nodiscard]] Task<> take(sessions::sharing::Wait step);
  [[nodiscard]] Task<> take(sessions::sharing::Look step);
  [[nodiscard]] Task<> take(sessions::sharing::Announce step);
  [[nodiscard]] Task<> take(sessions::sharing::AskForCover step);
  [[nodiscard]] Task<> take(sessions::sharing::Begin step);
  [[nodiscard]] Task<> take(sessions::sharing::Beat step);
  [[nodiscard]] Task<> take(sessions::sharing::Deliver step);
  [[nodiscard]] Task<> take(sessions::sharing::Cover step);
  [[nodiscard]] Task<> take_next();

  [[nodiscard]] sessions::SharedEpoch::Place place() const;
  [[nodiscard]] Task<Answer> get(std::string key);
  [[nodiscard]] Task<Answer> run(redis::Invocation invocation);
  [[nodiscard]] Answer sound(Answer answer);
  void tell_change();
  void tell_refusal(std::string_view reason);

  Parts parts_;
  const sessions::SharedSessionKeys* keys_;
  bool was_member_ = false;
  std::string refusal_;  ///< already logged
};

}  // namespace gatehouse::service
