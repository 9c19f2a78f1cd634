#include "jobs/device_cleanup.hpp"

#include <gtest/gtest.h>

#include "contract/feature_fixture.hpp"
#include "devices/device_store.hpp"

namespace gatehouse::jobs {
namespace {

using devices::DeviceStore;

class DeviceCleanupTest : public testing::FeatureFixture {
 protected:
  void add_device() {
    devices::NewDevice device{.user = user_, .password_hash = "$hash", .secret_hash = std::string(32, 'x')};
    EXPECT_TRUE(commit(DeviceStore::insert(std::move(device), clock_.now())));
  }
  std::int64_t rows() {
    static constexpr database::Statement count{"test_count_devices", "SELECT count(*) FROM devices"};
    return select(count)[0].integer(0);
  }

  const UserId user_ = add_user("ada@example.com");
  LeaseStore leases_{*database_, clock_, random_};
  const Job cleanup_ = device_cleanup(*database_, clock_);
};

INSTANTIATE_TEST_SUITE_P(Databases, DeviceCleanupTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(DeviceCleanupTest, DevicesWhoseTimeIsOver_AreDeletedAndOthersStay) {
  for (std::int64_t i = 0; i <= DeviceStore::cleanup_devices_max; ++i) add_device();
  clock_.advance(devices::lifetime);
  add_device();
  EXPECT_TRUE(run(run_once(cleanup_, leases_)));
  EXPECT_EQ(rows(), 1);
}

TEST_P(DeviceCleanupTest, LeaseOfAnother_KeepsOut) {
  add_device();
  clock_.advance(devices::lifetime);
  LeaseStore others{*database_, clock_, random_};
  ASSERT_TRUE(run(others.take(*cleanup_.lease)));
  EXPECT_FALSE(run(run_once(cleanup_, leases_)));
  EXPECT_EQ(rows(), 1);
}

}  // namespace
}  // namespace gatehouse::jobs
