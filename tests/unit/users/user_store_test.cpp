#include "users/user_store.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::users {
namespace {

TEST(UserStore, ForgetExpressPasswords_ManyRows_DeletesThemInBatchesUntilNoneIsLeft) {
  std::vector<std::int64_t> deleted{UserStore::forget_rows_max, UserStore::forget_rows_max, 7, 0};
  auto next = deleted.begin();
  testing::ScriptedDatabase database{[&](std::string_view, const database::Parameters& parameters) {
    EXPECT_EQ(std::get<std::int64_t>(parameters.at(0)), UserStore::forget_rows_max);
    database::Rows rows;
    rows.set_affected(*next++);
    return rows;
  }};
  boost::asio::io_context io{1};
  UserStore store{database};
  EXPECT_EQ(testing::run_task(io, store.forget_express_passwords()), 2 * UserStore::forget_rows_max + 7);
  EXPECT_EQ(next, deleted.end());
}

}  // namespace
}  // namespace gatehouse::users
