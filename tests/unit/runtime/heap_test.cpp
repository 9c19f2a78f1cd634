#include "runtime/heap.hpp"

#include <gtest/gtest.h>

namespace gatehouse::runtime {
namespace {

constexpr std::size_t mib = 1024 * 1024;

TEST(HeapRelease, MuchFreeMemory_IsDue) {
  const HeapRelease release;
  EXPECT_TRUE(release.is_due({.resident = 500 * mib, .free_heap = 400 * mib}));
  EXPECT_FALSE(release.is_due({.resident = 500 * mib, .free_heap = mib})) << "all of it is in use";
}

TEST(HeapRelease, WhatARecentReleaseLeft_IsNotTriedAgain) {
  HeapRelease release;
  release.note({.resident = 60 * mib, .free_heap = 40 * mib});
  EXPECT_FALSE(release.is_due({.resident = 60 * mib, .free_heap = 40 * mib}));
  EXPECT_FALSE(release.is_due({.resident = 67 * mib, .free_heap = 40 * mib}));
  EXPECT_TRUE(release.is_due({.resident = 68 * mib, .free_heap = 40 * mib}));
}

TEST(HeapUse, OfThisProcess_IsKnown) {
  const auto use = read_heap_use();
  ASSERT_TRUE(use);
  EXPECT_GT(use->resident, mib);
  EXPECT_NO_THROW(release_free_heap());
}

}  // namespace
}  // namespace gatehouse::runtime
