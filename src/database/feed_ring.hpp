#pragma once

#include <functional>
#include <utility>

namespace gatehouse::database {

/// What a process does after it has announced something that the feeds of other processes find only when they look.
class FeedRing {
 public:
  using Sink = std::function<void()>;

  /// Called before the io threads run. `sink` may be called from any thread, until the last call of Database has ended.
  void set(Sink sink) { sink_ = std::move(sink); }

  /// Any thread.
  void ring() const {
    if (sink_) sink_();
  }

 private:
  Sink sink_;
};

}  // namespace gatehouse::database
