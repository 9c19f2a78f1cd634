#pragma once

#include <string>
#include <vector>

#include "database/change_observer.hpp"

namespace gatehouse::testing {

/// Remembers what it was told, in order: `proved`, `lost`, `unknown`, or the announcement's text. One thread.
class RecordingObserver final : public database::ChangeObserver {
 public:
  void on_feed_proved(BootTime) noexcept override { heard.emplace_back("proved"); }
  void on_feed_lost() noexcept override { heard.emplace_back("lost"); }
  void on_announcement(const database::Announcement& announcement) noexcept override {
    heard.push_back(to_text(announcement));
  }
  void on_unknown_change() noexcept override { heard.emplace_back("unknown"); }

  std::vector<std::string> heard;
};

}  // namespace gatehouse::testing
