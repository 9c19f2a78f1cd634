#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "database/errors.hpp"
#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::flows {

/// Lets logins of one user write one after another, as the lock of the user's row would anyway. So while somebody else
/// keeps that row locked, one login waits in the database; the others wait here, where they hold up nobody, and share
/// its refusal.
///
/// Belongs to one io thread. A turn may outlive the object.
class LoginTurns {
 public:
  static constexpr std::chrono::seconds patience{5};

 private:
  struct Waiting : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    explicit Waiting(const Executor& executor) : timer(executor, patience) {}

    /// Ends the wait. It leaves the line first, for nobody may wake it twice.
    void wake() {
      unlink();
      timer.cancel();
    }

    runtime::SteadyTimer timer;
    bool has_turn = false;
    std::optional<std::string> refusal;
  };
  using Line = boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>>;
  using Lines = std::map<UserId, Line>;

 public:
  /// Ends with its owner's coroutine; then the next login's begins.
  class Turn {
   public:
    Turn(std::shared_ptr<Lines> lines, UserId user) : lines_(std::move(lines)), user_(user) {}
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

    /// The row could not be locked in time: those who wait for it are refused as well.
    void refuse_others(const database::Unavailable& why);

   private:
    std::shared_ptr<Lines> lines_;  ///< null once moved from
    UserId user_;
  };

  /// Waits for the user's turn, at most `patience`. Throws database::Unavailable{overload} after that, or where the one
  /// before was refused.
  [[nodiscard]] Task<Turn> take(UserId user);

 private:
  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();  ///< of users whose turn it is, with those who wait
};

}  // namespace gatehouse::flows
