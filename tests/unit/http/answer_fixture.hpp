#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "http/answer.hpp"
#include "support/manual_clock.hpp"

namespace gatehouse::http {

class NoSink final : public StreamSink {
 public:
  Task<bool> flush() override { co_return true; }
  void step_aside() override {}
};

/// An answer whose text can be looked at.
class AnswerFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    request_.id = "test";
    request_.scope.request_id = request_.id;
    answer_.reset(request_);
  }
  [[nodiscard]] bool answered_with(std::string_view text) const { return out_.find(text) != std::string::npos; }

  Request request_;
  std::string out_;
  testing::ManualClock clock_;
  CommonHeaders common_{false, clock_.now()};
  NoSink sink_;
  Answer answer_{out_, common_, sink_};
};

}  // namespace gatehouse::http
