// Random texts, the same in every run: what the reader reports of each is what follows from Boost.JSON's DOM.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>
#include <string>

#include "base/text.hpp"
#include "json/reader.hpp"
#include "support/json_transcript.hpp"

namespace gatehouse::json {
namespace {

/// Makes texts that are JSON, almost JSON, or neither.
class TextMaker {
 public:
  explicit TextMaker(unsigned seed) : random_(seed) {}

  std::string object() {
    std::string text = blank() + "{";
    const unsigned members = below(6);
    for (unsigned i = 0; i < members; ++i) {
      if (i > 0) text += blank() + ",";
      text += blank() + '"' + one_of(names) + '"' + blank() + ":" + blank() + value(2);
    }
    text += blank() + "}" + blank();
    if (below(4) == 0) damage(text);
    return text;
  }

 private:
  static constexpr std::array<std::string_view, 6> names{"a", "b", "sub", "\\u0061", "session", "\xC3\xA9"};
  static constexpr std::array<std::string_view, 8> blanks{"", "", "", "", "", " ", "\n", "\t "};
  static constexpr std::array<std::string_view, 19> scalars{"0",
                                                            "7",
                                                            "-0",
                                                            "-12",
                                                            "123456789012345678",
                                                            "9223372036854775807",
                                                            "9223372036854775808",
                                                            "1e2",
                                                            "1.0",
                                                            "-1E",
                                                            "01",
                                                            "true",
                                                            "false",
                                                            "null",
                                                            "\"\"",
                                                            "\"abc\"",
                                                            "\"a longer text with blanks\"",
                                                            "\"\\u00e9\\n\"",
                                                            "\"\xF0\x9F\x94\x91\""};

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  template <std::size_t count>
  std::string one_of(const std::array<std::string_view, count>& texts) {
    return std::string{texts[below(count)]};
  }
  std::string blank() { return one_of(blanks); }

  std::string value(unsigned depth) {
    if (depth == 0 || below(4) != 0) return one_of(scalars);
    std::string text = "[";
    const unsigned entries = below(4);
    for (unsigned i = 0; i < entries; ++i) text += (i > 0 ? "," : "") + blank() + value(depth - 1);
    return text + "]";
  }

  void damage(std::string& text) {
    const std::size_t place = below(static_cast<unsigned>(text.size()));
    constexpr std::string_view letters = "{}[],:\"\\0e.-x \x01\xFF";
    if (below(2) == 0) {
      text[place] = letters[below(letters.size())];
    } else {
      text.erase(place, 1 + below(3));
    }
  }

  std::mt19937 random_;
};

std::string spelled(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return '"' + std::string{text->data(), text->size()} + '"';
  if (const auto* number = value.if_int64()) return std::to_string(*number);
  if (const auto* truth = value.if_bool()) return *truth ? "true" : "false";
  return value.is_null() ? "null" : "other";
}

/// What a sink hears of the document, or nullopt if the reader must refuse it. The DOM drops a member that occurs
/// twice, so such documents are not compared.
std::optional<std::string> expected(std::string_view text) {
  boost::system::error_code malformed;
  const boost::json::value document = boost::json::parse(text, malformed);
  if (malformed || !document.is_object()) return std::nullopt;
  std::string heard;
  for (const auto& [name, value] : document.as_object()) {
    heard += std::string{name} + '=';
    const auto* list = value.if_array();
    heard += list == nullptr ? spelled(value) : "[";
    for (const auto& entry : list == nullptr ? boost::json::array{} : *list) {
      if (entry.is_array() || entry.is_object()) return std::nullopt;
      heard += spelled(entry) + ',';
    }
    heard += list == nullptr ? ";" : "];";
  }
  return heard;
}

/// True if a name comes twice: the reader refuses that, and the DOM does not show it.
bool names_one_twice(std::string_view text) {
  return test::read_any_json(text, widest_limits, true).heard.contains("fault 0;");
}

TEST(JsonReaderProperty, RandomTexts_AreReadAsTheDomReadsThem) {
  TextMaker maker{20'240'229};
  unsigned taken = 0;
  for (unsigned round = 0; round < 50'000; ++round) {
    const std::string text = maker.object();
    const test::JsonReading reading = test::read_json(text, small_limits);
    ASSERT_EQ(reading, test::read_any_json(text, small_limits)) << text;
    if (names_one_twice(text)) continue;
    const auto document = expected(text);
    ASSERT_EQ(reading.outcome == Outcome::complete, document.has_value()) << text;
    if (document) {
      ASSERT_EQ(reading.heard, *document) << text;
      ++taken;
    }
  }
  EXPECT_GT(taken, 10'000U) << "too few of the texts are JSON";
}

}  // namespace
}  // namespace gatehouse::json
