#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/counter.hpp"
#include "metrics/histogram.hpp"

namespace gatehouse::metrics {

/// Tells one sample of a metric from another.
struct Label {
  std::string_view name;   ///< lower-case letters and `_`
  std::string_view value;  ///< any text
};
using Labels = std::initializer_list<Label>;

/// What a scrape gets: text in Prometheus' exposition format, version 0.0.4.
///
/// A metric begins once; its samples follow before the next one begins, each with different labels.
class Page {
 public:
  /// Begins a metric; its samples follow. `help` is one line.
  void begin_counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
  void begin_gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }
  void begin_histogram(std::string_view name, std::string_view help) { begin(name, "histogram", help); }

  template <std::integral Number>
  void sample(Labels labels, Number value) {
    write_sample({}, labels, {}, std::to_string(value));
  }
  void sample(Labels labels, double value);
  void sample(Labels labels, const Distribution& distribution);

  /// A metric with one sample and no label.
  template <class Value>
  void counter(std::string_view name, std::string_view help, const Value& value) {
    begin_counter(name, help);
    sample({}, value);
  }
  template <class Value>
  void gauge(std::string_view name, std::string_view help, const Value& value) {
    begin_gauge(name, help);
    sample({}, value);
  }
  void histogram(std::string_view name, std::string_view help, const Distribution& distribution) {
    begin_histogram(name, help);
    sample({}, distribution);
  }
  /// One sample for each value of an enum, which a function to_text() names.
  template <class Enum, Enum last>
  void counters(std::string_view name, std::string_view help, std::string_view label,
                const CounterSet<Enum, last>& set) {
    begin_counter(name, help);
    set.each([&](Enum what, std::uint64_t count) { sample({{label, to_text(what)}}, count); });
  }

  [[nodiscard]] const std::string& text() const& { return text_; }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void begin(std::string_view name, std::string_view kind, std::string_view help);
  void write_sample(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string text_;
  std::string_view name_;  ///< of the metric whose samples follow
};

/// Adds a component's metrics to a page. Called on any thread, while others count.
using Source = std::function<void(Page&)>;

}  // namespace gatehouse::metrics
