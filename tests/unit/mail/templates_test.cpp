#include "mail/templates.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <stdexcept>

#include "base/embedded_file.hpp"
#include "mail/template_check.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::mail {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Variables every_variable(Kind kind) {
  Variables all;
  for (const auto name : common_variables()) all[std::string{name}] = "<" + std::string{name} + ">";
  for (const auto name : variables_of(kind)) all[std::string{name}] = "<" + std::string{name} + ">";
  return all;
}

Kind kind_number(std::size_t number) { return static_cast<Kind>(number); }

class TemplatesTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream{folder_.path() / name} << text; }
  [[nodiscard]] Templates templates() const { return Templates{folder_.path().string()}; }

  const gatehouse::testing::TemporaryDirectory folder_;
};

TEST(Kinds, Names_AreReadBack) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kind_count; ++i) {
    names.insert(to_text(kind_number(i)));
    EXPECT_EQ(kind_of(to_text(kind_number(i))), kind_number(i));
  }
  EXPECT_EQ(names.size(), kind_count);
  EXPECT_FALSE(kind_of("newsletter"));
}

TEST(BuiltInTemplates, ChangeOfEmailWithoutALink_TellsWhoHasTheAddress) {
  const Rendered taken = Templates{""}.render(Kind::change_email, "", {{"recipient", "ada@example.com"}});
  EXPECT_THAT(taken.text, HasSubstr("ada@example.com for another account"));
  EXPECT_THAT(taken.text, Not(HasSubstr("open this page")));
  EXPECT_THAT(taken.html, Not(HasSubstr("href")));
}

TEST(BuiltInTemplates, NewDeviceWithAReusedToken_TellsThatTheLoginHasEnded) {
  const Templates built_in{""};
  Variables variables{{"app", "Example"}, {"address", "192.0.2.1"}};
  const Rendered login = built_in.render(Kind::new_device, "", variables);
  EXPECT_EQ(login.subject, "New login to your account at Example");
  EXPECT_THAT(login.text, Not(HasSubstr("copied")));
  variables.emplace("token_reused", "yes");
  const Rendered copied = built_in.render(Kind::new_device, "", variables);
  EXPECT_EQ(copied.subject, "A login to your account at Example has ended");
  for (const std::string& part : {copied.text, copied.html}) {
    EXPECT_THAT(part, HasSubstr("It may have been copied"));
    EXPECT_THAT(part, Not(HasSubstr("was not used before")));
    EXPECT_THAT(part, HasSubstr("192.0.2.1"));
  }
}

TEST(BuiltInTemplates, EachKind_HasAllPartsWithoutAMistake) {
  EXPECT_EQ(embedded_mail_templates().size(), kind_count * template_parts.size());
  const Templates built_in{""};
  for (std::size_t i = 0; i < kind_count; ++i) {
    const Kind kind = kind_number(i);
    const Rendered full = built_in.render(kind, "", every_variable(kind));
    EXPECT_FALSE(full.subject.empty()) << to_text(kind);
    EXPECT_THAT(full.text, Not(HasSubstr("{{"))) << to_text(kind);
    EXPECT_THAT(full.html, HasSubstr("&lt;app&gt;")) << to_text(kind);
    EXPECT_THAT(full.text, HasSubstr("<app>")) << to_text(kind);
    const Rendered empty = built_in.render(kind, "", {});
    EXPECT_THAT(empty.text, HasSubstr("Hello,\n")) << to_text(kind);
  }
  for (const EmbeddedFile& file : embedded_mail_templates()) {
    const std::string_view name = file.path.substr(file.path.rfind('/') + 1);
    const auto kind = kind_of(name.substr(0, name.find('.')));
    ASSERT_TRUE(kind) << file.path;
    EXPECT_FALSE(find_mistake(file.text, *kind)) << file.path;
  }
}

TEST_F(TemplatesTest, Locale_IsFoundByItsBeginnings) {
  write("reset-password.de.subject", "deutsch");
  write("reset-password.DE-ch.subject", "schweizerisch");
  write("reset-password.subject", "own");
  const Templates all = templates();
  const auto subject = [&all](std::string_view locale) { return all.render(Kind::reset_password, locale, {}).subject; };
  EXPECT_EQ(subject("de-CH"), "schweizerisch");
  EXPECT_EQ(subject("de-AT-1996"), "deutsch");
  EXPECT_EQ(subject("fr"), "own");
  EXPECT_EQ(subject(""), "own");
  EXPECT_THAT(all.render(Kind::reset_password, "de", {}).text, HasSubstr("Somebody asked")) << "the built-in part";
  EXPECT_THAT(all.render(Kind::invitation, "de", {}).subject, HasSubstr("invited"));
}

TEST_F(TemplatesTest, Language_IsTheFirstThereIs) {
  write("reset-password.de.txt", "x");
  const Templates all = templates();
  const auto choose = [&all](std::vector<std::string> languages) { return all.choose(languages); };
  EXPECT_EQ(choose({"fr", "de-ch", "en"}), "de");
  EXPECT_EQ(choose({"en-us", "de"}), "en") << "what is built in is English";
  EXPECT_EQ(choose({"fr", "it"}), "");
  EXPECT_EQ(choose({}), "");
}

TEST_F(TemplatesTest, Values_AreEscapedInHtmlAlone) {
  write("reset-password.txt", "{{first_name}} & {{{first_name}}}");
  write("reset-password.html", "{{first_name}} & {{{first_name}}}");
  write("reset-password.subject", "{{first_name}}\n");
  const Rendered mail = templates().render(Kind::reset_password, "", {{"first_name", "<b>\nBcc: x"}});
  EXPECT_EQ(mail.text, "<b>\nBcc: x & <b>\nBcc: x");
  EXPECT_THAT(mail.html, HasSubstr("&lt;b&gt;\nBcc: x & <b>"));
  EXPECT_EQ(mail.subject, "<b> Bcc: x");
}

TEST_F(TemplatesTest, ValueThatLooksLikeATag_StaysText) {
  write("reset-password.txt", "{{first_name}}");
  EXPECT_EQ(templates().render(Kind::reset_password, "", {{"first_name", "{{link}}"}, {"link", "x"}}).text, "{{link}}");
}

TEST_F(TemplatesTest, FolderWithAMistake_IsRefused) {
  write("reset-password.txt", "{{#link}}");
  EXPECT_THROW((void)templates(), std::invalid_argument);
}

TEST_F(TemplatesTest, FilesOfOtherNames_AreLeftAlone) {
  write("README.md", "{{");
  EXPECT_EQ(read_template_folder(folder_.path().string()).mistakes.size(), 0U);
  write("newsletter.txt", "x");
  write("reset-password.de_CH.txt", "x");
  EXPECT_EQ(read_template_folder(folder_.path().string()).mistakes.size(), 2U);
}

TEST_F(TemplatesTest, LargeFile_IsRefused) {
  write("reset-password.txt", std::string(template_bytes_max + 1, 'x'));
  EXPECT_THAT(read_template_folder(folder_.path().string()).mistakes.at(0), HasSubstr("larger than 64 KiB"));
}

struct Wrong {
  const char* text;
  std::size_t line;
  const char* problem;
};

TEST(TemplateCheck, Mistakes_AreNamedWithTheirLine) {
  for (const Wrong& wrong : {
           Wrong{"a\n{{link", 2, "not closed"},
           Wrong{"{{#link}}\nx", 1, "the section link is not closed"},
           Wrong{"a\n\n{{/link}}", 3, "not the innermost open one"},
           Wrong{"{{#link}}{{#app}}{{/link}}{{/app}}", 1, "not the innermost open one"},
           Wrong{"\n{{name}}", 2, "there is no variable name"},
           Wrong{"{{inviter}}", 1, "there is no variable inviter"},
           Wrong{"{{{name}}}", 1, "there is no variable name"},
           Wrong{"{{& name}}", 1, "there is no variable name"},
           Wrong{"{{> other}}", 1, "cannot include"},
           Wrong{"{{=<% %>=}}", 1, "delimiters"},
           Wrong{"{{ }}", 1, "empty"},
           Wrong{"\xFF", 1, "UTF-8"},
       }) {
    const auto mistake = find_mistake(wrong.text, Kind::reset_password);
    ASSERT_TRUE(mistake) << wrong.text;
    EXPECT_EQ(mistake->line, wrong.line) << wrong.text;
    EXPECT_THAT(mistake->problem, HasSubstr(wrong.problem)) << wrong.text;
  }
  EXPECT_FALSE(find_mistake("{{! a comment }}{{^link}}{{ app }}{{/link}} { } {{&link}}", Kind::reset_password));
}

}  // namespace
}  // namespace gatehouse::mail
