#pragma once

#include <string>
#include <string_view>

#include "json/reader.hpp"

namespace gatehouse::test {

/// A json::Sink that writes down what it hears: `a="x";b=-5;c=["y",7];`. It ends the reading at a member named
/// `forbidden` and after one named `stop`, and at a fault unless `bears_faults` is set.
class JsonTranscript {
 public:
  explicit JsonTranscript(bool bears_faults = false) : bears_faults_(bears_faults) {}

  bool on_name(std::string_view name) {
    end_list();
    name_ = name;
    text_ += name_ + '=';
    return name != "forbidden";
  }
  bool on_value(const json::Scalar& value) {
    text_ += spelled(value) + ';';
    return name_ != "stop";
  }
  bool on_list() {
    text_ += '[';
    in_list_ = true;
    return true;
  }
  bool on_entry(const json::Scalar& value) {
    text_ += spelled(value) + ',';
    return true;
  }
  bool on_fault(json::Fault fault) {
    text_ += "fault " + std::to_string(static_cast<int>(fault)) + ';';
    return bears_faults_;
  }

  [[nodiscard]] const std::string& text() {
    end_list();
    return text_;
  }

 private:
  void end_list() {
    if (in_list_) text_ += "];";
    in_list_ = false;
  }

  static std::string spelled(const json::Scalar& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) return '"' + std::string{*text} + '"';
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
    return std::holds_alternative<json::Null>(value) ? "null" : "other";
  }

  bool bears_faults_;
  bool in_list_ = false;
  std::string name_;
  std::string text_;
};

/// The result of a reading: the outcome and all that was heard until then.
struct JsonReading {
  json::Outcome outcome;
  std::string heard;

  friend bool operator==(const JsonReading&, const JsonReading&) = default;
};

inline JsonReading read_json(std::string_view json, const json::Limits& limits, bool bears_faults = false) {
  json::TextBuffer texts;
  JsonTranscript transcript{bears_faults};
  const json::Outcome outcome = json::read(json, limits, texts, transcript);
  return {outcome, transcript.text()};
}

/// The same without the fast path for plain objects.
inline JsonReading read_any_json(std::string_view json, const json::Limits& limits, bool bears_faults = false) {
  json::TextBuffer texts;
  JsonTranscript transcript{bears_faults};
  const json::Outcome outcome = json::read_any(json, limits, texts, json::AnySink{transcript});
  return {outcome, transcript.text()};
}

}  // namespace gatehouse::test
