#include "http/certificate_advice.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/clock.hpp"
#include "support/test_authority.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Certificates that end a day after the test began.
class CertificateAdviceTest : public ::testing::Test {
 protected:
  static std::string advice(const std::string& certificate, TimePoint now) {
    ServerSettings settings;
    settings.tls_cert = certificate;
    std::string all;
    for (const config::Mistake& one : certificate_advice(settings, now)) all += to_text(one) + "\n";
    return all;
  }

  const TimePoint now_ = SystemClock{}.now();
  const testing::TestAuthority authority_;
  const testing::TlsProxy::Certificate issued_ = authority_.issue("auth.example");
};

TEST_F(CertificateAdviceTest, WithoutTls_ThereIsNone) { EXPECT_EQ(advice("", now_), ""); }

TEST_F(CertificateAdviceTest, EndOfACertificate_IsForetoldForThirtyDays) {
  const std::string own = authority_.certificate_path();
  EXPECT_THAT(advice(own, now_ + 1h), HasSubstr("TLS_CERT: expires in 0 days; renew it, then send SIGHUP"));
  EXPECT_THAT(advice(own, now_ - 24h * 20), HasSubstr("TLS_CERT: expires in 2"));
  EXPECT_EQ(advice(own, now_ - 24h * 30), "");
  EXPECT_THAT(advice(own, now_ + 24h * 2), HasSubstr("TLS_CERT: has expired: clients refuse it"));
}

TEST_F(CertificateAdviceTest, ChainWithoutItsAuthority_IsNamed) {
  constexpr const char* unknown = "does not lead to an authority that this machine knows";
  const TimePoint long_before = now_ - 24h * 60;
  EXPECT_THAT(advice(issued_.chain_path, long_before), HasSubstr(unknown));
  const std::string both = issued_.chain_path + ".both";
  std::ofstream{both} << text_of(issued_.chain_path) << text_of(authority_.certificate_path());
  EXPECT_EQ(advice(both, long_before), "");
  EXPECT_THAT(advice(both, now_ + 24h * 2), HasSubstr("has expired"));
  EXPECT_EQ(advice(authority_.certificate_path(), long_before), "") << "it is its own issuer, and says so";
}

TEST_F(CertificateAdviceTest, FileThatIsNone_IsLeftToTheSettingsOwnCheck) {
  EXPECT_EQ(advice(issued_.key_path, now_), "");
  EXPECT_EQ(advice("/nowhere", now_), "");
}

}  // namespace
}  // namespace gatehouse::http
