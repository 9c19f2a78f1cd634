#include "http/unix_socket.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_directory.hpp"

namespace gatehouse::http {
namespace {

using ::testing::HasSubstr;

class UnixSocketTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string failure() const {
    const auto socket = listen_on(settings_);
    return socket ? "" : socket.error();
  }
  [[nodiscard]] bool exists() const { return std::filesystem::exists(settings_.path); }
  [[nodiscard]] unsigned mode() const {
    struct stat status{};
    EXPECT_EQ(::lstat(settings_.path.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    return status.st_mode & 07777U;
  }
  /// Leaves a socket that is bound to the path, as a killed process does.
  void leave_stale_socket(int type = SOCK_STREAM) const {
    const runtime::Descriptor socket{::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)};
    const sockaddr_un address = unix_address(settings_.path);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  [[nodiscard]] bool is_reachable() const {
    const runtime::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_un address = unix_address(settings_.path);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  testing::TemporaryDirectory folder_;
  UnixSocketSettings settings_{.path = folder_.path() / "gatehouse.sock", .mode = 0660, .group = {}};
};

TEST_F(UnixSocketTest, NewSocket_ListensWithItsModeAndIsRemoved) {
  for (const unsigned wanted : {0660U, 0600U, 0666U}) {
    settings_.mode = wanted;
    const auto socket = listen_on(settings_);
    ASSERT_TRUE(socket) << socket.error();
    EXPECT_EQ(mode(), wanted);
    EXPECT_TRUE(is_reachable());
  }
  EXPECT_FALSE(exists());
}

TEST_F(UnixSocketTest, SocketOfADeadProcess_IsReplaced) {
  leave_stale_socket();
  const auto socket = listen_on(settings_);
  ASSERT_TRUE(socket) << socket.error();
  EXPECT_TRUE(is_reachable());
}

TEST_F(UnixSocketTest, SocketOfALivingProcess_IsTakenAndStays) {
  const auto socket = listen_on(settings_);
  ASSERT_TRUE(socket);
  EXPECT_EQ(failure(), "another process listens on it");
  EXPECT_TRUE(is_reachable());
}

TEST_F(UnixSocketTest, WhatIsNoSocket_Stays) {
  std::ofstream{settings_.path} << "precious";
  EXPECT_THAT(failure(), HasSubstr("is not a socket"));
  EXPECT_TRUE(exists());
}

TEST_F(UnixSocketTest, MissingFolder_IsNamed) {
  settings_.path = folder_.path() / "nowhere" / "gatehouse.sock";
  EXPECT_EQ(failure(), "its folder does not exist");
}

TEST_F(UnixSocketTest, FolderWithoutPermission_IsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_exec);
  EXPECT_EQ(failure(), "Permission denied");
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
}

TEST_F(UnixSocketTest, UnknownGroup_IsRefusedBeforeAnythingChanges) {
  settings_.group = "no-such-group";
  leave_stale_socket();
  EXPECT_EQ(failure(), "LISTEN_UNIX_GROUP no-such-group does not exist");
  EXPECT_TRUE(exists());
}

TEST_F(UnixSocketTest, OwnGroup_IsGiven) {
  const group* own = ::getgrgid(::getegid());
  ASSERT_NE(own, nullptr);
  settings_.group = own->gr_name;
  const auto socket = listen_on(settings_);
  ASSERT_TRUE(socket) << socket.error();
  struct stat status{};
  ASSERT_EQ(::lstat(settings_.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_gid, ::getegid());
}

TEST_F(UnixSocketTest, GroupOfOthers_LeavesNoSocketBehind) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may give files to any group";
  settings_.group = "root";
  EXPECT_THAT(failure(), HasSubstr("it cannot be given to LISTEN_UNIX_GROUP root"));
  EXPECT_FALSE(exists());
}

TEST_F(UnixSocketTest, LockedFolder_HoldsUpNobodyForGood) {
  const runtime::Descriptor folder{::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  ASSERT_EQ(::flock(folder.get(), LOCK_EX), 0);
  EXPECT_EQ(failure(), "");
}

TEST_F(UnixSocketTest, FileThatTookItsPlace_IsNotRemoved) {
  auto socket = listen_on(settings_);
  ASSERT_TRUE(socket);
  std::filesystem::rename(settings_.path, folder_.path() / "moved");
  leave_stale_socket();
  socket->file.remove();
  EXPECT_TRUE(exists());
}

TEST_F(UnixSocketTest, Obstacles_AreSeenWithoutTakingThePlace) {
  EXPECT_EQ(obstacle_to(settings_), std::nullopt);
  EXPECT_FALSE(exists());
  settings_.group = "no-such-group";
  EXPECT_EQ(obstacle_to(settings_), "LISTEN_UNIX_GROUP no-such-group does not exist");
  settings_.group.clear();
  {
    const auto socket = listen_on(settings_);
    EXPECT_EQ(obstacle_to(settings_), std::nullopt) << "the service runs";
  }
  std::ofstream{settings_.path} << "precious";
  EXPECT_THAT(obstacle_to(settings_).value_or(""), HasSubstr("is not a socket"));
  settings_.path = "/nonexistent/gatehouse.sock";
  EXPECT_EQ(obstacle_to(settings_), "its folder does not exist");
}

}  // namespace
}  // namespace gatehouse::http
