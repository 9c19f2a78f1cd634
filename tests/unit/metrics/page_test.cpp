#include "metrics/page.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace gatehouse::metrics {
namespace {

using namespace std::chrono_literals;

enum class Colour { red, green };
std::string_view to_text(Colour colour) { return colour == Colour::red ? "red" : "green"; }

TEST(Page, Metric_HasHelpTypeAndSamples) {
  Page page;
  page.begin_counter("doors_total", "Doors opened.");
  page.sample({{"wall", "north"}, {"floor", "1"}}, 3);
  page.sample({{"wall", "south"}, {"floor", "1"}}, 0);
  page.gauge("height_metres", "How high it is.", 2.5);
  EXPECT_EQ(page.text(),
            "# HELP doors_total Doors opened.\n# TYPE doors_total counter\n"
            "doors_total{wall=\"north\",floor=\"1\"} 3\ndoors_total{wall=\"south\",floor=\"1\"} 0\n"
            "# HELP height_metres How high it is.\n# TYPE height_metres gauge\nheight_metres 2.5\n");
}

TEST(Page, TextOfAnybody_IsEscaped) {
  Page page;
  page.begin_gauge("x", "One line\nof \\ \"help\"");
  page.sample({{"l", "a\\b\"c\nd"}}, 1);
  EXPECT_EQ(page.text(), "# HELP x One line\\nof \\\\ \"help\"\n# TYPE x gauge\nx{l=\"a\\\\b\\\"c\\nd\"} 1\n");
}

TEST(Page, NumbersThatAreNone_HaveTheirNames) {
  Page page;
  page.gauge("x", "X.", std::numeric_limits<double>::quiet_NaN());
  page.sample({}, std::numeric_limits<double>::infinity());
  page.sample({}, -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(page.text().ends_with("x NaN\nx +Inf\nx -Inf\n"));
}

TEST(Page, Histogram_IsCumulativeAndEndsWithSumAndCount) {
  Histogram<Counter> histogram;
  histogram.add(50us);
  histogram.add(51us);
  histogram.add(1s);
  histogram.add(6s);
  Page page;
  page.begin_histogram("wait_seconds", "Waits.");
  page.sample({{"route", "/a"}}, histogram.read());
  const std::string& text = page.text();
  for (const char* line :
       {"wait_seconds_bucket{route=\"/a\",le=\"0.00005\"} 1\n", "wait_seconds_bucket{route=\"/a\",le=\"0.0001\"} 2\n",
        "wait_seconds_bucket{route=\"/a\",le=\"0.5\"} 2\n", "wait_seconds_bucket{route=\"/a\",le=\"1\"} 3\n",
        "wait_seconds_bucket{route=\"/a\",le=\"5\"} 3\n", "wait_seconds_bucket{route=\"/a\",le=\"+Inf\"} 4\n",
        "wait_seconds_sum{route=\"/a\"} 7.000101\n", "wait_seconds_count{route=\"/a\"} 4\n"}) {
    EXPECT_TRUE(text.contains(line)) << line << text;
  }
}

TEST(Histogram, TimeThatWentBackwards_IsNoTime) {
  Histogram<ThreadCounter> histogram;
  histogram.add(-5ns);
  EXPECT_EQ(histogram.read().counts[0], 1U);
  EXPECT_EQ(histogram.read().sum_ns, 0U);
}

TEST(Histogram, SeveralTogether_AreOneDistribution) {
  Histogram<ThreadCounter> one;
  Histogram<ThreadCounter> other;
  one.add(1ms);
  other.add(2ms);
  Distribution sum;
  one.add_to(sum);
  other.add_to(sum);
  EXPECT_EQ(sum.sum_ns, 3'000'000U);
}

TEST(CounterSet, EachValue_HasItsOwnCount) {
  CounterSet<Colour, Colour::green> set;
  set.add(Colour::green, 2);
  Page page;
  page.counters("doors_total", "Doors.", "colour", set);
  EXPECT_TRUE(page.text().ends_with("doors_total{colour=\"red\"} 0\ndoors_total{colour=\"green\"} 2\n"));
}

}  // namespace
}  // namespace gatehouse::metrics
