#include "devices/device_sealer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::devices {
namespace {

std::vector<SecretString> secrets(std::initializer_list<std::string_view> texts) {
  std::vector<SecretString> made;
  for (const std::string_view text : texts) made.emplace_back(text);
  return made;
}

constexpr std::string_view first = "0123456789abcdef0123456789abcdef";
constexpr std::string_view second = "fedcba9876543210fedcba9876543210";

TEST(DeviceSealer, Token_OpensWithAnyOfTheSecrets) {
  crypto::SystemRandom random;
  const DeviceReference device{.id = DeviceId{42}, .secret = {'a', 'b', 'c'}};
  const std::string token = DeviceSealer{secrets({first})}.seal(device, random);
  for (const auto& opening : {secrets({first}), secrets({second, first})}) {
    const auto opened = DeviceSealer{opening}.open(token);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->id, device.id);
    EXPECT_EQ(opened->secret, device.secret);
  }
  EXPECT_FALSE(DeviceSealer{secrets({second})}.open(token));
}

TEST(DeviceSealer, SessionUnderTheSameSecret_IsNoDevice) {
  crypto::SystemRandom random;
  const crypto::ReferenceSealer sessions{
      {.first_byte = 1, .key_purpose = "gatehouse session v1", .key_id_purpose = "gatehouse session key id v1"},
      secrets({first})};
  EXPECT_FALSE(DeviceSealer{secrets({first})}.open(sessions.seal({.id = 42, .secret = {}}, random)));
}

}  // namespace
}  // namespace gatehouse::devices
