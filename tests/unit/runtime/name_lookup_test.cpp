#include "runtime/name_lookup.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/patience.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

using Found = NameLookup::Found;

class NameLookupTest : public ::testing::Test {
 protected:
  /// Looks up on the loop; what was found will stand in found_.
  void begin(NameLookup::Resolver resolver) {
    boost::asio::co_spawn(*io_, look_up(std::move(resolver)),
                          [this](const std::exception_ptr&, Found found) { found_ = std::move(found); });
    io_->poll();
  }
  Task<Found> look_up(NameLookup::Resolver resolver) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::optional<NameLookup> lookup;
    if (resolver) {
      lookup.emplace(executor, std::move(resolver));
    } else {
      lookup.emplace(executor);
    }
    lookup_ = &*lookup;
    std::string host = "localhost";
    std::string service = "5432";
    co_return co_await lookup->look_up(std::move(host), std::move(service));
  }
  bool is_told() {
    return testing::run_until(*io_, [this] { return found_.has_value(); });
  }

  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>(1);
  NameLookup* lookup_ = nullptr;
  std::optional<Found> found_;
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
  begin(nullptr);
  ASSERT_TRUE(is_told());
  ASSERT_TRUE(found_->has_value()) << found_->error().message();
  ASSERT_FALSE((*found_)->empty());
  EXPECT_TRUE((*found_)->begin()->endpoint().address().is_loopback());
  EXPECT_EQ((*found_)->begin()->endpoint().port(), 5432);
}

TEST_F(NameLookupTest, WhatTheResolverRefuses_IsToldAsItSaysIt) {
  const boost::system::error_code unknown{boost::asio::error::host_not_found};
  begin([unknown](const std::string&, const std::string&) -> Found { return std::unexpected(unknown); });
  ASSERT_TRUE(is_told());
  ASSERT_FALSE(found_->has_value());
  EXPECT_EQ(found_->error(), unknown);
}

TEST_F(NameLookupTest, ResolverThatHangs_HoldsUpNobodyWhoGivesUp) {
  Hanging hanging;
  begin(hanging.resolver());
  ASSERT_FALSE(found_);
  lookup_->close();
  ASSERT_TRUE(is_told());
  ASSERT_FALSE(found_->has_value());
  EXPECT_EQ(found_->error(), boost::asio::error::operation_aborted);
  hanging.let_go();
  EXPECT_TRUE(hanging.has_ended());
}

TEST_F(NameLookupTest, ResolverThatHangs_OutlivesItsLoop) {
  Hanging hanging;
  begin(hanging.resolver());
  io_.reset();
  hanging.let_go();
  EXPECT_TRUE(hanging.has_ended());
}

}  // namespace
}  // namespace gatehouse::runtime
