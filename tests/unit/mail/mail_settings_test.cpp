#include "mail/mail_settings.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/section_reading.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::mail {
namespace {

using config::Environment;
using gatehouse::testing::read_section;
using gatehouse::testing::Variables;
using ::testing::HasSubstr;
using ::testing::Not;

std::string mistakes(const Variables& given, Environment environment = Environment::production) {
  return read_section(mail_section(), given, environment).mistakes();
}

Variables complete(const Variables& changed = {}) {
  Variables all{{"SMTP_URL", "smtp://mail.example.com"},
                {"MAIL_FROM", "Example <no-reply@example.com>"},
                {"FRONTEND_URL", "https://app.example.com/"}};
  for (const auto& [name, value] : changed) all[name] = value;
  return all;
}

TEST(MailSettings, SmtpUrl_IsTakenApart) {
  const auto read = read_section(mail_section(), complete({{"SMTP_URL", "smtp://a%40b:p%3Aw@Mail.example.com:2525"}}));
  ASSERT_EQ(read.mistakes(), "");
  const SmtpServer& server = read.settings.server;
  EXPECT_FALSE(server.uses_tls_at_once);
  EXPECT_EQ(server.host, "mail.example.com");
  EXPECT_EQ(server.port, 2525);
  EXPECT_EQ(server.user, "a@b");
  EXPECT_TRUE(server.password.equals("p:w"));
  EXPECT_EQ(server.name(), "mail.example.com:2525");
  EXPECT_EQ(read.settings.frontend_url, "https://app.example.com");
}

TEST(MailSettings, SmtpUrlWithoutPort_HasThatOfItsScheme) {
  EXPECT_EQ(read_smtp_url("smtp://mail.example.com")->port, 587);
  EXPECT_EQ(read_smtp_url("smtps://mail.example.com/")->port, 465);
  EXPECT_TRUE(read_smtp_url("smtps://[::1]:1465")->uses_tls_at_once);
  EXPECT_EQ(read_smtp_url("smtps://[::1]:1465")->host, "[::1]");
}

TEST(MailSettings, SmtpUrlThatIsNone_IsRefusedWithoutRepeatingIt) {
  for (const char* url :
       {"mail.example.com", "http://secret@x", "smtp://", "smtp://secret@", "smtp://a:secret@x:0",
        "smtp://a:secret@x:y", "smtp://x/secret", "smtp://a:sec%ret@x", "smtp://a:secret%0A@x", "smtp://x?secret=1"}) {
    EXPECT_THAT(mistakes(complete({{"SMTP_URL", url}})), HasSubstr("SMTP_URL: must be ")) << url;
    EXPECT_THAT(mistakes(complete({{"SMTP_URL", url}})), Not(HasSubstr("secret"))) << url;
  }
}

TEST(MailSettings, TlsOff_IsRefusedInProductionUnlessOnThisMachine) {
  EXPECT_THAT(mistakes(complete({{"SMTP_TLS", "off"}})), HasSubstr("SMTP_TLS: is off"));
  EXPECT_EQ(mistakes(complete({{"SMTP_TLS", "off"}, {"SMTP_URL", "smtp://127.0.0.1:25"}})), "");
  EXPECT_EQ(mistakes(complete({{"SMTP_TLS", "off"}}), Environment::test), "");
  EXPECT_THAT(mistakes(complete({{"SMTP_TLS", "off"}, {"SMTP_URL", "smtps://localhost"}})), HasSubstr("smtps"));
}

TEST(MailSettings, ServerWithoutSenderOrFrontend_IsRefused) {
  EXPECT_EQ(mistakes(complete()), "");
  EXPECT_EQ(mistakes({}), "") << "no mails";
  EXPECT_THAT(mistakes(complete({{"MAIL_FROM", ""}})), HasSubstr("MAIL_FROM: is not set"));
  EXPECT_THAT(mistakes(complete({{"FRONTEND_URL", ""}})), HasSubstr("FRONTEND_URL: is not set"));
  EXPECT_EQ(mistakes(complete({{"FRONTEND_URL", ""}}), Environment::development), "");
}

TEST(MailSettings, SenderThatIsNone_IsRefused) {
  EXPECT_THAT(mistakes(complete({{"MAIL_FROM", "Example"}})), HasSubstr("MAIL_FROM: must be an address"));
}

TEST(MailSettings, PlainHttp_IsForDevelopmentOnly) {
  const auto plain = complete({{"FRONTEND_URL", "http://app.example.com"}});
  EXPECT_THAT(mistakes(plain), HasSubstr("FRONTEND_URL: is not https"));
  EXPECT_THAT(mistakes(plain, Environment::test), HasSubstr("FRONTEND_URL: is not https"));
  EXPECT_EQ(mistakes(plain, Environment::development), "");
  EXPECT_EQ(mistakes({{"FRONTEND_URL", "http://app.example.com"}}), "") << "no mails";
}

TEST(MailSettings, FrontendThatIsNoSite_IsRefused) {
  for (const char* url : {"app.example.com", "ftp://x", "https://", "https://u@x", "https://x?y", "https://x#y"}) {
    EXPECT_THAT(mistakes(complete({{"FRONTEND_URL", url}})), HasSubstr("FRONTEND_URL: must be ")) << url;
  }
  for (const char* path : {"reset", "//x", "/x?y=1", "/x#y", "/a b"}) {
    EXPECT_THAT(mistakes(complete({{"FRONTEND_RESET_PATH", path}})), HasSubstr("FRONTEND_RESET_PATH: must be "))
        << path;
  }
  EXPECT_EQ(mistakes(complete({{"FRONTEND_RESET_PATH", "/account/reset"}})), "");
}

TEST(MailSettings, AuthorityThatCannotBeRead_IsRefused) {
  EXPECT_THAT(mistakes(complete({{"SMTP_TLS_CA", "/nowhere.pem"}})), HasSubstr("SMTP_TLS_CA: names a file"));
}

TEST(MailSettings, TemplateWithAMistake_IsNamedWithFileAndLine) {
  const gatehouse::testing::TemporaryDirectory folder;
  std::ofstream{folder.path() / "reset-password.de.txt"} << "Hallo,\n{{lnk}}\n";
  EXPECT_THAT(mistakes({{"MAIL_TEMPLATES", folder.path().string()}}),
              HasSubstr("reset-password.de.txt, line 2: there is no variable lnk"));
  EXPECT_THAT(mistakes({{"MAIL_TEMPLATES", "/nowhere"}}), HasSubstr("MAIL_TEMPLATES: names a folder"));
}

}  // namespace
}  // namespace gatehouse::mail
