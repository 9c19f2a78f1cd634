#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/base64url.hpp"
#include "jose/asymmetric_key.hpp"
#include "jose/hmac_key.hpp"
#include "jose/jws.hpp"
#include "support/vectors.hpp"
#include "unit/jose/jwk.hpp"

// The worked examples of RFC 7515 appendix A, of RFC 7520 section 4 and of RFC 8037 appendix A.

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

using Keys = std::vector<std::shared_ptr<const VerifyingKey>>;

std::expected<std::string, JwsError> verify(Keys keys, std::string_view compact) {
  const JwsVerifier verifier{std::move(keys), {.type = {}, .kid_required = false}};
  JwsBuffer buffer;
  const auto verified = verifier.verify(compact, buffer);
  if (!verified) return std::unexpected(verified.error());
  return std::string{verified->payload()};
}

Keys public_key(std::string_view jwk) {
  return {std::make_shared<const PublicKey>(public_pem_of(boost::json::parse(jwk)).value())};
}

constexpr std::string_view claims_part =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view claims =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

std::string compact(std::string_view header_part, std::string_view signature_part) {
  return std::string{header_part} + "." + std::string{claims_part} + "." + std::string{signature_part};
}

TEST(Rfc7515, A1_HmacSha256_VerifiesAndIsMadeAgain) {
  const std::string secret =
      from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").value();
  const auto key = std::make_shared<const HmacKey>(secret);
  const std::string token =
      compact("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  EXPECT_EQ(verify({key}, token), claims);
  std::string mac;
  key->append_signature(mac, std::string_view{token}.substr(0, token.rfind('.')));
  EXPECT_EQ(to_base64url(mac), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(Rfc7515, A2_RsaSha256_Verifies) {
  const Keys key = public_key(
      R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJ)"
      R"(PMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBY)"
      R"(UsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia)"
      R"(GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"})");
  const std::string token =
      compact("eyJhbGciOiJSUzI1NiJ9",
              "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
              "O8W2Fp5jujGbds9uJdbF9CUAr7t1"
              "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_"
              "dO--xi12jzD"
              "wusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
              "IoypGlUPQGe7"
              "7Rw");
  EXPECT_EQ(verify(key, token), claims);
}

TEST(Rfc7515, A3_EcdsaP256_Verifies) {
  const Keys key = public_key(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                              R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  const std::string token = compact(
      "eyJhbGciOiJFUzI1NiJ9", "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_EQ(verify(key, token), claims);
}

// ES512 is not among our algorithms, and no key of ours may be used with it.
TEST(Rfc7515, A4_EcdsaP521_IsRefused) {
  const Keys key = public_key(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                              R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  const auto answer =
      verify(key,
             "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWRO"
             "c-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vc"
             "nwNrmxYbSW9ERBXukOXolLzeO_Jn");
  EXPECT_EQ(answer.error(), JwsError::wrong_algorithm);
}

TEST(Rfc7515, A5_Unsecured_IsRefused) {
  const auto key = std::make_shared<const HmacKey>("any secret");
  EXPECT_EQ(verify({key}, compact("eyJhbGciOiJub25lIn0", "")).error(), JwsError::wrong_algorithm);
}

/// The example's compact form verifies with the public half; if signatures are reproducible, the private half makes
/// exactly the same one.
void check_cookbook(std::string_view file, bool reproducible) {
  const auto example = load_vectors(file);
  const auto& jwk = example.at("input").at("key");
  const auto pair = std::make_shared<const PrivateKey>(private_pem_of(jwk).value());
  const auto checker = std::make_shared<const PublicKey>(public_pem_of(jwk).value());
  const std::string token = text_of(example.at("output"), "compact");
  const JwsVerifier verifier{{std::make_shared<const PublicKey>(
                                 public_pem_of(jwk).value(),
                                 jwk.as_object().contains("kid") ? text_of(jwk, "kid") : std::string{checker->kid()})},
                             {.type = {}, .kid_required = false}};
  JwsBuffer buffer;
  const auto verified = verifier.verify(token, buffer);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->payload(), text_of(example.at("input"), "payload"));

  std::string signature;
  const std::string input = text_of(example.at("signing"), "sig-input");
  pair->append_signature(signature, input);
  EXPECT_TRUE(checker->verifies(input, signature));
  if (reproducible) {
    EXPECT_EQ(to_base64url(signature), text_of(example.at("signing"), "sig"));
  }
}

TEST(Rfc7520, Section4_1_RsaSha256_VerifiesAndIsMadeAgain) {
  check_cookbook("jose-cookbook/jws_4_1.rsa_v15_signature.json", true);
}

TEST(Rfc7520, Section4_2_RsaPss_IsRefused) {
  const auto example = load_vectors("jose-cookbook/jws_4_2.rsa-pss_signature.json");
  const auto& jwk = example.at("input").at("key");
  const auto key = std::make_shared<const PublicKey>(public_pem_of(jwk).value(), text_of(jwk, "kid"));
  EXPECT_EQ(verify({key}, text_of(example.at("output"), "compact")).error(), JwsError::wrong_algorithm);
}

TEST(Rfc7520, Section4_3_EcdsaP521_KeyIsRefused) {
  const auto example = load_vectors("jose-cookbook/jws_4_3.ecdsa_signature.json");
  const auto pem = public_pem_of(example.at("input").at("key"));
  ASSERT_TRUE(pem);
  EXPECT_THROW(PublicKey{*pem}, std::invalid_argument);
}

TEST(Rfc7520, Section4_4_HmacSha256_VerifiesAndIsMadeAgain) {
  const auto example = load_vectors("jose-cookbook/jws_4_4.hmac-sha2_integrity_protection.json");
  const auto& jwk = example.at("input").at("key");
  const auto key = std::make_shared<const HmacKey>(from_base64url(text_of(jwk, "k")).value(), text_of(jwk, "kid"));
  const std::string token = text_of(example.at("output"), "compact");
  EXPECT_EQ(verify({key}, token), text_of(example.at("input"), "payload"));
  // Our signer writes the header's members in this order too, so that the whole token comes out the same.
  EXPECT_EQ(JwsSigner(key, "").sign(text_of(example.at("input"), "payload")), token);
}

TEST(Rfc8037, Ed25519_VerifiesAndIsMadeAgain) { check_cookbook("jose-cookbook/curve25519_jws.json", true); }

}  // namespace
}  // namespace gatehouse::jose
