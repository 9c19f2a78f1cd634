#include "users/record_reader.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace gatehouse::users {
namespace {

/// The result of each record: its line, and its address or the code of its fault.
using ReadLines = std::vector<std::pair<std::uint64_t, std::string>>;

ReadLines read_all(RecordReader& reader) {
  ReadLines lines;
  while (const auto read = reader.next()) {
    lines.emplace_back(read->line, read->content ? *read->content->email : std::string{read->content.error().code});
  }
  return lines;
}

ReadLines read_text(const std::string& text, RecordFormat format) {
  std::istringstream in{text};
  RecordReader reader{in, format};
  EXPECT_TRUE(reader.begin());
  return read_all(reader);
}

std::string json_of(const std::string& email) { return R"({"email":")" + email + "\"}"; }

std::expected<void, RecordFault> begin_csv(const std::string& text) {
  std::istringstream in{text};
  return RecordReader{in, RecordFormat::csv}.begin();
}

TEST(RecordReader, LinesOfJson_AreReadWithTheirNumbers) {
  const std::string text =
      "\xEF\xBB\xBF" + json_of("a@b.c") + "\r\n\n  \n" + json_of("d@e.f") + "\nnonsense\n" + json_of("g@h.i");
  EXPECT_EQ(read_text(text, RecordFormat::jsonl),
            (ReadLines{{1, "a@b.c"}, {4, "d@e.f"}, {5, "invalid_json"}, {6, "g@h.i"}}));
}

TEST(RecordReader, RecordsOfCsv_MayGoOverLines) {
  const std::string text =
      "\xEF\xBB\xBF"
      "email,first_name\r\na@b.c,\"An\r\nna\"\r\nd@e.f,Ada\r\n";
  EXPECT_EQ(read_text(text, RecordFormat::csv), (ReadLines{{2, "a@b.c"}, {4, "d@e.f"}}));
}

TEST(RecordReader, RecordOfCsvWithAnotherNumberOfCells_IsRefusedAlone) {
  const std::string text = "email,first_name\na@b.c\nd@e.f,Ada,x\ng@h.i,Ada\n";
  EXPECT_EQ(read_text(text, RecordFormat::csv), (ReadLines{{2, "invalid_csv"}, {3, "invalid_csv"}, {4, "g@h.i"}}));
}

TEST(RecordReader, QuotationMarkThatIsNeverClosed_IsAFaultOfItsRecord) {
  EXPECT_EQ(read_text("email\n\"a@b.c\nd@e.f\n", RecordFormat::csv), (ReadLines{{2, "invalid_csv"}}));
}

TEST(RecordReader, EmptyCell_SaysNothing) {
  std::istringstream in{"email,disabled,first_name\na@b.c,,\n"};
  RecordReader reader{in, RecordFormat::csv};
  ASSERT_TRUE(reader.begin());
  const auto read = reader.next();
  EXPECT_FALSE(read->content->disabled);
  EXPECT_FALSE(read->content->first_name);
}

TEST(RecordReader, NamesOfColumns_AreChecked) {
  EXPECT_EQ(begin_csv("").error(), (RecordFault{"", "invalid_csv"}));
  EXPECT_EQ(begin_csv("email,\"x\n").error(), (RecordFault{"", "invalid_csv"}));
  EXPECT_EQ(begin_csv("email,phone\n").error(), (RecordFault{"phone", "unknown_field"}));
  EXPECT_EQ(begin_csv("email,email\n").error(), (RecordFault{"email", "duplicate"}));
  EXPECT_EQ(begin_csv("first_name\n").error(), (RecordFault{"email", "required"}));
}

TEST(RecordReader, RecordThatIsTooLong_IsRefusedAndTheNextOneIsRead) {
  const std::string long_text(RecordReader::record_bytes_max + 100, 'x');
  const ReadLines expected{{1, "too_long"}, {2, "a@b.c"}};
  EXPECT_EQ(read_text(long_text + "\n" + json_of("a@b.c") + "\n", RecordFormat::jsonl), expected);
  const auto half = std::string(RecordReader::record_bytes_max / 2, 'x');
  EXPECT_EQ(read_text("email\n\"" + half + "\n" + half + "\n" + half + "\na@b.c\n", RecordFormat::csv).front(),
            (std::pair<std::uint64_t, std::string>{2, "too_long"}));
}

TEST(RecordReader, AnotherReader_GoesOnWhereTheFirstWas) {
  const std::string text = "email\r\na@b.c\r\n\r\nd@e.f\r\n\"g@h.i\"\r\nj@k.l";
  std::istringstream in{text};
  RecordReader reader{in, RecordFormat::csv};
  ASSERT_TRUE(reader.begin());
  std::vector<RecordPlace> places{reader.place()};
  while (reader.next()) places.push_back(reader.place());
  EXPECT_EQ(places.size(), 5U);
  EXPECT_EQ(places.back().bytes, text.size());
  const ReadLines all{{2, "a@b.c"}, {4, "d@e.f"}, {5, "g@h.i"}, {6, "j@k.l"}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::istringstream again{text};
    RecordReader second{again, RecordFormat::csv};
    ASSERT_TRUE(second.begin());
    second.go_to(places[i]);
    EXPECT_EQ(read_all(second), ReadLines(all.begin() + static_cast<std::ptrdiff_t>(i), all.end())) << i;
  }
}

}  // namespace
}  // namespace gatehouse::users
