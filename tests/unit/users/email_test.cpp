#include "users/email.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::users {
namespace {

std::string with_domain(std::size_t local_bytes) { return std::string(local_bytes, 'l').append("@example.com"); }

std::string with_label(std::size_t label_bytes) {
  return std::string{"a@"}.append(label_bytes, 'b').append(".example");
}

TEST(Email, UsualAddresses_AreAccepted) {
  for (const std::string& email :
       {std::string{"john@example.com"}, std::string{"a@b"}, std::string{"o'brien+tag@mail.example.co.uk"},
        std::string{"1@2.3"}, std::string{"x@xn--bcher-kva.example"},
        std::string{"j\xC3\xBCrgen@b\xC3\xBC"
                    "cher.example"},
        with_domain(64), with_label(63), std::string{"john@EXAMPLE.com"}}) {
    EXPECT_EQ(email_problem(email).message, "") << email;
  }
}

TEST(Email, Length254_IsTheLimit) {
  std::string email = "a@";
  while (email.size() + 64 <= email_bytes_max) email.append(63, 'b').push_back('.');
  email.resize(email_bytes_max, 'c');
  EXPECT_EQ(email_problem(email).message, "");
  email.push_back('c');
  EXPECT_EQ(email_problem(email).message, "must be at most 254 bytes long");
}

TEST(Email, EverythingElse_IsRefusedWithItsReason) {
  const std::string domain_problem = "must have a valid domain after the @, such as example.com";
  const std::string invisible = "must not contain invisible characters or special spaces";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "must not be empty"},
      {"  ", "must not be empty"},
      {"john", "must contain exactly one @"},
      {"john@doe@example.com", "must contain exactly one @"},
      {"@example.com", "must have a name before the @"},
      {with_domain(65), "must have at most 64 bytes before the @"},
      {"john doe@example.com", "must not contain spaces"},
      {" john@example.com", "must not contain spaces"},
      {"john@example.com\n", "must not contain control characters"},
      {std::string("john@exa\0mple.com", 17), "must not contain control characters"},
      {"john@\xFF.com", "must be valid UTF-8 text"},
      {"j\u200Bohn@example.com", invisible},                                 // zero width space
      {"john\u202E@example.com", invisible},                                 // right-to-left override
      {"john@exa\u00ADmple.com", invisible},                                 // soft hyphen
      {"john\u00A0doe@example.com", invisible},                              // no-break space
      {"john\u3000@example.com", invisible},                                 // ideographic space
      {"john@example.com\uFEFF", invisible},                                 // byte order mark
      {"jo\u2060hn@example.com", invisible},                                 // word joiner
      {"jo\u0085hn@example.com", invisible},                                 // a control beyond ASCII
      {"jo\u3164hn@example.com", invisible},                                 // Hangul filler
      {"jo\uFE0Fhn@example.com", invisible},                                 // variation selector
      {"jo\u2800hn@example.com", invisible},                                 // Braille without dots
      {"jo\U000E0041hn@example.com", invisible},                             // a tag
      {"john\uFF20doe@example.com", "must have a valid name before the @"},  // fullwidth @
      {"john@\u2665.example", domain_problem},
      {"john@exam\uFF0F.example", domain_problem},  // fullwidth slash
      {"john@" + std::string(10, 'a') + ".\u00FC" + std::string(62, 'b') + ".example", domain_problem},
      {"john@", domain_problem},
      {"john@.", domain_problem},
      {"john@example.", domain_problem},
      {"john@.example", domain_problem},
      {"john@exam..ple", domain_problem},
      {"john@-example.com", domain_problem},
      {"john@example-.com", domain_problem},
      {"john@exam_ple.com", domain_problem},
      {"john@[127.0.0.1]", domain_problem},
      {with_label(64), domain_problem},
      {std::string{"john@"}.append(200, '.'), domain_problem},
  };
  for (const auto& [email, problem] : cases) EXPECT_EQ(email_problem(email).message, problem) << email;
}

TEST(EmailKey, TypedForms_MeetInOneKey) {
  for (const char* typed : {"john@example.com", "JOHN@Example.COM", "  john@example.com", "john@example.com\r\n\t "}) {
    EXPECT_EQ(email_key(typed), "john@example.com");
  }
  EXPECT_EQ(email_key(" "), "");
  EXPECT_EQ(email_key(""), "");
}

TEST(EmailKey, SpellingsOfOneMailbox_MeetInOneKey) {
  const std::vector<std::vector<std::string>> mailboxes{
      // composed, decomposed, in capitals, both
      {"j\u00FCrgen@x.example", "ju\u0308rgen@x.example", "J\u00DCRGEN@X.example", "JU\u0308RGEN@x.example"},
      // letters of other scripts in both cases, and the final sigma
      {"\u0438\u0432\u0430\u043D@x.example", "\u0418\u0412\u0410\u041D@x.example"},
      {"\u03C3\u03BF\u03C6\u03BF\u03C2@x.example", "\u03A3\u039F\u03A6\u039F\u03A3@x.example"},
      // a domain in letters and as the DNS has it
      {"john@m\u00FCnchen.example", "john@mu\u0308nchen.example", "John@M\u00DCNCHEN.example",
       "john@xn--mnchen-3ya.example", "john@XN--MNCHEN-3YA.example", "john@m\u00FCnchen\u3002example"},
      // full width
      {"john@example.com", "\uFF4A\uFF4F\uFF48\uFF4E@example.com", "john@\uFF45xample.com", "john@example\uFF0Ecom"},
      // characters that nobody sees
      {"john@example.org", "j\u200Bohn@example.org", "john\u202D@example.org", "jo\u00ADhn@exam\u00ADple.org"},
  };
  for (const auto& spellings : mailboxes) {
    for (const std::string& spelling : spellings) EXPECT_EQ(email_key(spelling), email_key(spellings[0])) << spelling;
  }
}

TEST(EmailKey, OtherMailboxes_KeepKeysOfTheirOwn) {
  EXPECT_NE(email_key("jos\u00E9@x.example"), email_key("jose@x.example"));
  EXPECT_NE(email_key("john@stra\u00DFe.example"), email_key("john@strasse.example"));
  EXPECT_NE(email_key("\u0430da@x.example"), email_key("ada@x.example"));  // a Cyrillic a
  EXPECT_NE(email_key("j.ohn@x.example"), email_key("john@x.example"));
}

TEST(EmailKey, OfAnAddressInAscii_IsWhatTheDatabaseMakes) {
  for (const char* email : {" JOHN@Example.COM\n", "a@xn--a", "a@xn--mnchen-3ya.example", "no address", ""}) {
    EXPECT_EQ(email_key(email), plain_email_key(email));
    EXPECT_FALSE(key_beside(email)) << email;
  }
  EXPECT_EQ(key_beside("J\u00DC@x.example"), "j\u00FC@x.example");
}

TEST(EmailKey, AddressWithoutADomain_HasOneAllTheSame) {
  EXPECT_EQ(email_key("J\u00DCRGEN"), "j\u00FCrgen");
  EXPECT_EQ(email_key("a@\u2665\uFF0FB"), "a@\u2665/b");
}

// 20,000 marks on one letter take a second to sort.
TEST(EmailKey, LongTextThatNoRowHolds_IsOnlyLowered) {
  std::string marks = "A";
  for (int i = 0; i < 20'000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0316";
  EXPECT_EQ(email_key(marks), "a" + marks.substr(1));
}

// One character may become eighteen, and an index takes 2,700 bytes.
TEST(EmailKey, KeyThatWouldBeTooLongForAnIndex_IsThePlainOne) {
  std::string email;
  for (int i = 0; i < 240; ++i) email += "\uFDFA";
  EXPECT_EQ(email_key(email + "@x.example"), plain_email_key(email + "@x.example"));
}

}  // namespace
}  // namespace gatehouse::users
