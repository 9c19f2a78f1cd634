#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "database/errors.hpp"
#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::flows {

/// Lets coroutines that want the same thing go one after another: one of them waits for it, the others wait here, where
/// they hold up nobody, and may share its refusal.
///
/// Belongs to one io thread. A turn may outlive the object.
class Turns {
 public:
 private:
  struct Waiting : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    Waiting(const Executor& executor, std::chrono::milliseconds patience) : timer(executor, patience) {}

    /// Ends the wait. It leaves the line first, because it must not be woken twice.
    void wake() {
      unlink();
      timer.cancel();
    }

    runtime::SteadyTimer timer;
    bool has_turn = false;
    std::optional<std::string> refusal;
  };
  using Line = boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>>;
  using Lines = std::map<std::string, Line>;

 public:
  /// A turn ends with its owner's coroutine; then the next one begins.
  class Turn {
   public:
    Turn(std::shared_ptr<Lines> lines, std::string thing) : lines_(std::move(lines)), thing_(std::move(thing)) {}
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

    /// To be called when the thing could not be had in time: those who wait for it are refused as well.
    void refuse_others(const database::Unavailable& why);

   private:
    std::shared_ptr<Lines> lines_;  ///< null once moved from
    std::string thing_;
  };

  explicit Turns(std::chrono::milliseconds patience) : patience_(patience) {}

  /// Waits for a turn with the thing of this name, at most `patience`. Throws database::Unavailable{overload} after
  /// that, or if the one before was refused.
  [[nodiscard]] Task<Turn> take(std::string thing);

 private:
  std::chrono::milliseconds patience_;
  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();  ///< for each thing that somebody has: those who wait
};

}  // namespace gatehouse::flows
