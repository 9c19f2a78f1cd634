#include "runtime/all_of.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::runtime {
namespace {

class AllOfTest : public ::testing::Test {
 protected:
  /// Notes when it begins, lets the others run, and notes when it ends.
  Task<> noted(char name, bool fails = false) {
    notes_ += name;
    const Executor executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, use_task);
    if (fails) throw std::runtime_error{std::string{name}};
    notes_ += name;
  }

  /// What it threw, or "".
  std::string await(std::vector<Task<>> tasks) {
    std::string thrown = "it did not end";
    boost::asio::co_spawn(Executor{io_.get_executor()}, all_of(std::move(tasks)), [&](std::exception_ptr failure) {
      thrown.clear();
      try {
        if (failure) std::rethrow_exception(failure);
      } catch (const std::runtime_error& error) {
        thrown = error.what();
      }
    });
    io_.run();
    return thrown;
  }

  boost::asio::io_context io_;
  std::string notes_;
};

TEST_F(AllOfTest, Tasks_RunBesideEachOther) {
  std::vector<Task<>> tasks;
  for (const char name : {'a', 'b', 'c'}) tasks.push_back(noted(name));
  EXPECT_EQ(await(std::move(tasks)), "");
  EXPECT_EQ(notes_, "abcabc");
}

TEST_F(AllOfTest, Failure_IsThrownOnceAllHaveEnded) {
  std::vector<Task<>> tasks;
  tasks.push_back(noted('a', true));
  tasks.push_back(noted('b', true));
  tasks.push_back(noted('c'));
  EXPECT_EQ(await(std::move(tasks)), "a");
  EXPECT_EQ(notes_, "abcc");
}

}  // namespace
}  // namespace gatehouse::runtime
