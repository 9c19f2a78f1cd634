#include "mail/file_transport.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "mail/transport_choice.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::mail {
namespace {

using ::testing::HasSubstr;
using Outcome = Delivery::Outcome;

const Envelope envelope{.id = 7,
                        .from = "a@example.com",
                        .to = "b@example.com",
                        .message = "Subject: x\r\n\r\n",
                        .link = "http://x/?token=y"};

TEST(FileTransport, Message_IsInAFileForItsOwnerAndTheLinkIsTold) {
  const gatehouse::testing::TemporaryDirectory folder;
  std::string told;
  FileTransport transport{folder.path() / "data" / "outbox", [&told](std::string_view line) { told += line; }};
  EXPECT_EQ(transport.send(envelope, {}).outcome, Outcome::sent);
  EXPECT_EQ(transport.send(envelope, {}).outcome, Outcome::sent) << "once more, over the first";
  const auto path = folder.path() / "data" / "outbox" / "7.eml";
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  EXPECT_EQ(text.str(), envelope.message);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(told, HasSubstr("mail to b@example.com: http://x/?token=y ("));
}

TEST(FileTransport, FolderThatCannotBe_IsSaid) {
  FileTransport transport{"/dev/null/outbox", [](std::string_view) {}};
  const Delivery delivery = transport.send(envelope, {});
  EXPECT_EQ(delivery.outcome, Outcome::unreachable);
  EXPECT_THAT(delivery.reason, HasSubstr("/dev/null/outbox/7.eml"));
}

TEST(TransportChoice, WithoutAServer_OnlyDevelopmentWritesFiles) {
  const MailSettings settings;
  const auto choice = [&settings](config::Environment environment) {
    return make_transport(settings, environment, [](std::string_view) {});
  };
  EXPECT_NE(dynamic_cast<FileTransport*>(choice(config::Environment::development).get()), nullptr);
  const auto none = choice(config::Environment::production);
  EXPECT_EQ(none->trouble(), "mail_unconfigured");
  EXPECT_EQ(none->send(envelope, {}).outcome, Outcome::unreachable);
}

}  // namespace
}  // namespace gatehouse::mail
