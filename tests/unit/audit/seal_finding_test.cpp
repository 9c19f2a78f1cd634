#include "audit/seal_finding.hpp"

#include <gtest/gtest.h>

#include "audit/leaf_comparison.hpp"
#include "audit/seal_figures.hpp"

namespace gatehouse::audit {
namespace {

constexpr TimePoint morning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};

Hash leaf_of(char byte) {
  Hash leaf;
  leaf.fill(byte);
  return leaf;
}

TEST(LeafComparisonTest, Differences_AreToldApart) {
  LeafList leaves;
  for (int id = 1; id <= 4; ++id) leaves.add(EventId{5 - id}, leaf_of(static_cast<char>(id)));
  LeafComparison comparison{leaves};
  comparison.see(EventId{4}, leaf_of(1));
  comparison.see(EventId{3}, leaf_of(9));
  comparison.see(EventId{9}, leaf_of(1));
  comparison.see(EventId{1}, leaf_of(4));
  const EventDifferences differences = std::move(comparison).finish();
  EXPECT_EQ(differences.changed.ids, std::vector{EventId{3}});
  EXPECT_EQ(differences.missing.ids, std::vector{EventId{2}});
  EXPECT_EQ(differences.added.ids, std::vector{EventId{9}});
}

TEST(LeafListTest, CutList_HasWholeEntriesOnly) {
  LeafList leaves;
  leaves.add(EventId{1}, leaf_of('a'));
  leaves.add(EventId{2}, leaf_of('b'));
  const LeafList cut{leaves.bytes().substr(0, leaves.bytes().size() - 1)};
  EXPECT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut.id(0), EventId{1});
  EXPECT_EQ(cut.root(), leaf_of('a'));
}

TEST(SealFindingTest, Line_NamesSealRangeAndEvents) {
  SealFinding finding{.number = 3, .last_number = 3, .faults = {SealFault::signature, SealFault::events}};
  finding.sealed_at = morning;
  finding.events.add(EventId{8}, morning);
  finding.events.add(EventId{5}, morning - std::chrono::hours{1});
  finding.differences.changed.add(EventId{5});
  for (int i = 0; i < 101; ++i) finding.differences.missing.add(EventId{1});
  finding.differences.are_certain = false;
  const std::string line = describe(finding);
  EXPECT_TRUE(
      line.starts_with("seal 3, made at 2026-11-27T00:00:00.000Z, events 5 to 8 of 2026-11-26T23:00:00.000Z to "
                       "2026-11-27T00:00:00.000Z: has a wrong signature; has events other than those that were "
                       "sealed; "
                       "1 changed: 5; 101 missing: 1, 1"))
      << line;
  EXPECT_TRUE(line.ends_with(", …; the leaf hashes were changed, too, so these ids may be wrong")) << line;
}

TEST(SealFindingTest, MissingSeals_AreARange) {
  EXPECT_EQ(describe({.number = 3, .last_number = 9, .faults = {SealFault::missing}}), "seal 3 to 9: is missing");
}

TEST(SealFindingTest, Json_HasEveryPart) {
  SealFinding finding{.number = 3, .last_number = 3, .faults = {SealFault::unsigned_seal}};
  finding.differences.added.add(EventId{7});
  std::string text;
  json::Writer writer{text};
  write_finding(writer, finding);
  EXPECT_EQ(
      text,
      R"({"seal":3,"lastSeal":3,"faults":["unsigned"],"sealedAt":null,"events":{"count":0},)"
      R"("changed":{"count":0,"ids":[]},"missing":{"count":0,"ids":[]},"added":{"count":1,"ids":[7]},"certain":true})");
}

TEST(SealFiguresTest, WhatWasFound_IsShown) {
  SealFigures figures;
  metrics::Page before;
  figures.write(before, morning);
  EXPECT_EQ(before.text().find("unsealed_seconds 0"), std::string::npos) << "nobody has looked";
  figures.set({.at = morning, .oldest_unsealed = morning - std::chrono::seconds{4}, .last_sealed = morning});
  metrics::Page after;
  figures.write(after, morning + std::chrono::seconds{1});
  EXPECT_NE(after.text().find("gatehouse_audit_unsealed_seconds 5\n"), std::string::npos) << after.text();
  figures.set({.at = morning, .oldest_unsealed = {}, .last_sealed = morning});
  metrics::Page sealed;
  figures.write(sealed, morning + std::chrono::seconds{1});
  EXPECT_NE(sealed.text().find("gatehouse_audit_unsealed_seconds 0\n"), std::string::npos) << sealed.text();
}

}  // namespace
}  // namespace gatehouse::audit
