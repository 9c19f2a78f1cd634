#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/access_trail.hpp"

namespace gatehouse::api {

/// Remembers what was to be recorded, as `record: invalid_api_key` or `record: missing_scope users:read`.
class NotedTrail final : public AccessTrail {
 public:
  Task<> record(const http::Request& /*request*/, std::string_view reason, std::string_view scope) override {
    if (on_record) on_record();
    notes.push_back("record: " + std::string{reason} + (scope.empty() ? "" : " " + std::string{scope}));
    co_return;
  }
  void count_refused(const http::Request& /*request*/, std::string_view reason) override {
    notes.push_back("count: " + std::string{reason});
  }
  void count_limited(const http::Request& /*request*/, std::string_view policy) override {
    notes.push_back("count: " + std::string{policy});
  }

  std::function<void()> on_record;  ///< may throw what a Database throws
  std::vector<std::string> notes;
};

}  // namespace gatehouse::api
