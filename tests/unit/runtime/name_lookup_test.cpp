#include "runtime/name_lookup.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/patience.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

using Found = NameLookup::Found;

class NameLookupTest : public ::testing::Test {
 protected:
  /// Looks up on the loop; the result goes into found_.
  void begin(NameLookup::Resolver resolver, std::string host, std::chrono::milliseconds patience = testing::patience) {
    boost::asio::co_spawn(*io_, look_up(std::move(resolver), std::move(host), patience),
                          [this](const std::exception_ptr&, Found found) { found_.push_back(std::move(found)); });
    io_->restart();
    io_->poll();
  }
  Task<Found> look_up(NameLookup::Resolver resolver, std::string host, std::chrono::milliseconds patience) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<NameLookup> lookup;
    if (resolver) {
      lookup.emplace(executor, std::move(resolver));
    } else {
      lookup.emplace(executor);
    }
    lookup_ = &*lookup;
    std::string service = "5432";
    co_return co_await lookup->look_up(std::move(host), std::move(service), patience);
  }
  bool is_told(std::size_t times = 1) {
    return testing::run_until(*io_, [this, times] { return found_.size() == times; });
  }

  void expect_given_up() {
    ASSERT_TRUE(is_told());
    EXPECT_EQ(error(), boost::asio::error::timed_out);
  }
  /// The error of the first one; none if it was found.
  [[nodiscard]] boost::system::error_code error() const {
    return found_.front() ? boost::system::error_code{} : found_.front().error();
  }

  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>(1);
  NameLookup* lookup_ = nullptr;
  std::vector<Found> found_;
};

/// A resolver that hangs until it is let go.
class Hanging {
 public:
  NameLookup::Resolver resolver() {
    // The lookup's thread drops this copy last of all.
    const std::shared_ptr<void> end{nullptr, [ended = ended_](void*) { ended->set_value(); }};
    return [let_go = let_go_.get_future().share(), end](const std::string&, const std::string&) -> Found {
      let_go.wait();
      return NameLookup::Places{};
    };
  }
  void let_go() { let_go_.set_value(); }
  [[nodiscard]] bool has_ended() const {
    return ended_->get_future().wait_for(testing::patience) == std::future_status::ready;
  }

 private:
  std::promise<void> let_go_;
  std::shared_ptr<std::promise<void>> ended_ = std::make_shared<std::promise<void>>();
};

TEST_F(NameLookupTest, NameOfThisMachine_IsFoundAtItsPort) {
  begin(nullptr, "localhost");
  ASSERT_TRUE(is_told());
  const Found& found = found_.front();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_FALSE(found->empty());
  EXPECT_TRUE(found->begin()->endpoint().address().is_loopback());
  EXPECT_EQ(found->begin()->endpoint().port(), 5432);
}

TEST_F(NameLookupTest, WhatTheResolverRefuses_IsToldAsItSaysIt) {
  const boost::system::error_code unknown{boost::asio::error::host_not_found};
  begin([unknown](const std::string&, const std::string&) -> Found { return std::unexpected(unknown); }, "refused");
  ASSERT_TRUE(is_told());
  EXPECT_EQ(error(), unknown);
}

TEST_F(NameLookupTest, ResolverThatHangs_HoldsUpNobodyWhoGivesUp) {
  Hanging hanging;
  begin(hanging.resolver(), "given up");
  ASSERT_TRUE(found_.empty());
  lookup_->close();
  expect_given_up();
  hanging.let_go();
  EXPECT_TRUE(hanging.has_ended());
}

TEST_F(NameLookupTest, ResolverThatHangs_TakesNoLongerThanTheCallersPatience) {
  Hanging hanging;
  begin(hanging.resolver(), "too slow", std::chrono::milliseconds{1});
  expect_given_up();
  hanging.let_go();
  EXPECT_TRUE(hanging.has_ended());
}

TEST_F(NameLookupTest, ResolverThatHangs_OutlivesItsLoop) {
  Hanging hanging;
  begin(hanging.resolver(), "loop ended");
  io_.reset();
  hanging.let_go();
  EXPECT_TRUE(hanging.has_ended());
}

TEST_F(NameLookupTest, CallersOfOneName_ShareOneThread) {
  Hanging hanging;
  begin(hanging.resolver(), "shared", std::chrono::milliseconds{1});
  ASSERT_TRUE(is_told());
  for (int i = 0; i < 100; ++i) begin([](auto&&...) -> Found { std::abort(); }, "shared");
  hanging.let_go();
  ASSERT_TRUE(is_told(101));
  EXPECT_TRUE(found_.back().has_value());
}

}  // namespace
}  // namespace gatehouse::runtime
