#include "http/server_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"
#include "support/test_authority.hpp"

namespace gatehouse::http {
namespace {

using gatehouse::testing::read_section;
using gatehouse::testing::Variables;
using ::testing::HasSubstr;

std::string mistakes_of(const Variables& variables) { return read_section(server_section(), variables).mistakes(); }

TEST(ParseNetwork, AddressesAndRanges_AreRead) {
  for (const char* text : {"10.0.0.7", "10.0.0.0/8", "0.0.0.0/0", "::1", "fd00::/8", "2001:db8::/128"}) {
    EXPECT_EQ(*parse_network(text), text);
  }
}

TEST(ParseNetwork, AnythingElse_IsRefused) {
  for (const char* text : {"", "/8", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "fd00::/129", "fd00::/x", "a.example",
                           "10.0.0.0/8/8", "10.0.0.0/4294967304", "fe80::1%eth0", "fe80::%1/64"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
}

TEST(ServerSettings, CertificateWithoutKey_IsRefused) {
  EXPECT_THAT(mistakes_of({{"TLS_CERT", "/dev/null"}}),
              HasSubstr("TLS_CERT: is set without TLS_KEY; set both or neither"));
  EXPECT_THAT(mistakes_of({{"TLS_KEY", "/dev/null"}}),
              HasSubstr("TLS_KEY: is set without TLS_CERT; set both or neither"));
}

TEST(ServerSettings, CertificateAndKeyThatServeNoTls_AreRefused) {
  const gatehouse::testing::TestAuthority authority;
  const auto one = authority.issue("one.example");
  const auto other = authority.issue("other.example");
  const auto with = [](const std::string& certificate, const std::string& key) {
    return mistakes_of({{"TLS_CERT", certificate}, {"TLS_KEY", key}});
  };
  EXPECT_EQ(with(one.chain_path, one.key_path), "");
  EXPECT_THAT(with(one.chain_path, other.key_path),
              HasSubstr("TLS_KEY: is not the key of the certificate in TLS_CERT"));
  EXPECT_THAT(with(one.key_path, one.key_path), HasSubstr("TLS_CERT: names a file without a certificate"));
  EXPECT_THAT(with(one.chain_path, one.chain_path), HasSubstr("TLS_KEY: names a file without a readable private key"));
}

TEST(ServerSettings, HostThatIsNoAddress_IsRefused) {
  for (const char* host : {"auth.example.com", "127.0.0.1:80", "300.0.0.1", "[::1]", "127.1"}) {
    EXPECT_THAT(mistakes_of({{"HOST", host}}), HasSubstr("HOST: must be an IP address or localhost")) << host;
  }
  for (const char* host : {"localhost", "127.0.0.1", "0.0.0.0", "::", "::1"}) {
    EXPECT_EQ(mistakes_of({{"HOST", host}}), "") << host;
  }
}

TEST(ServerSettings, HostInProduction_IsEveryAddress) {
  EXPECT_EQ(read_section(server_section(), {}, config::Environment::production).settings.host, "0.0.0.0");
  EXPECT_EQ(read_section(server_section(), {}).settings.host, "127.0.0.1");
}

TEST(ServerSettings, PlainHttpOnEveryAddressInProduction_IsWarnedOf) {
  const auto warned = [](Variables variables, config::Environment environment) {
    return read_section(server_section(), variables, environment)
        .warnings()
        .contains("HOST: listens on every address without TLS");
  };
  using enum config::Environment;
  EXPECT_TRUE(warned({}, production));
  EXPECT_TRUE(warned({{"HOST", "::"}}, production));
  EXPECT_FALSE(warned({{"HOST", "127.0.0.1"}}, production));
  EXPECT_FALSE(warned({{"TRUSTED_PROXIES", "10.0.0.7"}}, production));
  EXPECT_FALSE(warned({{"HOST", "0.0.0.0"}}, development));
}

TEST(ServerSettings, HttpsInProduction_IsRequired) {
  using enum config::Environment;
  EXPECT_TRUE(read_section(server_section(), {}, production).settings.require_https);
  EXPECT_FALSE(read_section(server_section(), {}, development).settings.require_https);
  const auto warned = [](Variables variables, config::Environment environment) {
    return read_section(server_section(), variables, environment).warnings().contains("REQUIRE_HTTPS: is false");
  };
  EXPECT_TRUE(warned({{"REQUIRE_HTTPS", "false"}}, production));
  EXPECT_FALSE(warned({}, production));
  EXPECT_FALSE(warned({{"REQUIRE_HTTPS", "false"}}, development));
}

TEST(ServerSettings, PrivateBackEnds_AreTheDefaultAndOneOfMany) {
  const auto ranges_of = [](const Variables& variables) {
    return trusted_backend_ranges(read_section(server_section(), variables).settings);
  };
  const std::vector<std::string> private_ranges{"127.0.0.0/8",    "::1",     "10.0.0.0/8", "172.16.0.0/12",
                                                "192.168.0.0/16", "fc00::/7"};
  EXPECT_EQ(ranges_of({}), private_ranges);
  EXPECT_EQ(ranges_of({{"TRUSTED_BACKENDS", "203.0.113.7"}}), std::vector<std::string>{"203.0.113.7"});
  auto both = private_ranges;
  both.insert(both.begin(), "203.0.113.7");
  EXPECT_EQ(ranges_of({{"TRUSTED_BACKENDS", "203.0.113.7, Private"}}), both);
  EXPECT_THAT(mistakes_of({{"TRUSTED_BACKENDS", "public"}}), HasSubstr("TRUSTED_BACKENDS: must be"));
}

TEST(ServerSettings, TooManyListEntries_AreRefused) {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "10.0.0.1,";
  EXPECT_THAT(mistakes_of({{"TRUSTED_PROXIES", many}}),
              HasSubstr("TRUSTED_PROXIES: must be a list of at most 64 entries"));
}

TEST(ServerSettings, UnixSocket_IsBesideThePortOrInItsPlace) {
  const auto read = [](const Variables& variables) { return read_section(server_section(), variables).settings; };
  EXPECT_FALSE(read({}).unix_socket.is_set());
  const ServerSettings both = read({{"LISTEN_UNIX", "/run/gatehouse/gatehouse.sock"}});
  EXPECT_EQ(both.unix_socket.path, "/run/gatehouse/gatehouse.sock");
  EXPECT_EQ(both.unix_socket.mode, 0660U);
  EXPECT_EQ(both.port, 8000);
  const ServerSettings alone = read({{"LISTEN_UNIX", "/x"}, {"LISTEN_UNIX_MODE", "600"}, {"PORT", "OFF"}});
  EXPECT_EQ(alone.unix_socket.mode, 0600U);
  EXPECT_EQ(alone.port, std::nullopt);
}

TEST(ServerSettings, NeitherPortNorUnixSocket_IsRefused) {
  EXPECT_THAT(mistakes_of({{"PORT", "off"}}), HasSubstr("PORT: is off, and LISTEN_UNIX is not set"));
  for (const char* port : {"65536", "-1", "none", "off "}) {
    EXPECT_THAT(mistakes_of({{"PORT", port}, {"LISTEN_UNIX", "/x"}}),
                HasSubstr("PORT: must be a number from 0 to 65535, or off"))
        << port;
  }
}

TEST(ServerSettings, PathThatNoUnixSocketCanHave_IsRefused) {
  EXPECT_EQ(mistakes_of({{"LISTEN_UNIX", "/" + std::string(106, 'x')}}), "");
  for (const std::string& path : {"/" + std::string(107, 'x'), std::string{"run/gatehouse.sock"},
                                  std::string{"@gatehouse"}, std::string{"/run/gatehouse/"}}) {
    EXPECT_THAT(mistakes_of({{"LISTEN_UNIX", path}}),
                HasSubstr("LISTEN_UNIX: must be the absolute path of a socket, at most 107 bytes"))
        << path;
  }
}

TEST(ServerSettings, ModeOfTheUnixSocket_IsOctal) {
  for (const char* mode : {"0888", "1777", "rw-rw----", "0x1b0", "00660", "-660"}) {
    EXPECT_THAT(mistakes_of({{"LISTEN_UNIX_MODE", mode}}),
                HasSubstr("LISTEN_UNIX_MODE: must be a file mode in octal, 0600 for example"))
        << mode;
  }
}

TEST(ServerSettings, PlainHttpWithoutAPort_IsNotWarnedOf) {
  const Variables variables{{"PORT", "off"}, {"LISTEN_UNIX", "/x"}, {"REQUIRE_HTTPS", "false"}};
  const auto production = config::Environment::production;
  EXPECT_EQ(read_section(server_section(), variables, production).warnings(), "");
}

}  // namespace
}  // namespace gatehouse::http
