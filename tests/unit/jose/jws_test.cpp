#include "jose/jws.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/base64url.hpp"
#include "jose/asymmetric_key.hpp"
#include "jose/hmac_key.hpp"
#include "support/test_keys.hpp"

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

constexpr std::string_view payload = R"({"sub":"1"})";

/// A verifier with one secret that asks for `typ` JWT and a `kid`, and hand-made tokens for it to check.
class JwsTest : public ::testing::Test {
 protected:
  std::optional<JwsError> refusal(std::string_view compact) const {
    JwsBuffer buffer;
    const auto verified = verifier_.verify(compact, buffer);
    return verified ? std::nullopt : std::optional{verified.error()};
  }

  /// Signed by the right key, whatever the header says.
  std::string sign_parts(std::string_view header_part, std::string_view payload_part) const {
    std::string compact = std::string{header_part} + "." + std::string{payload_part};
    std::string mac;
    key_->append_signature(mac, compact);
    return compact + "." + to_base64url(mac);
  }
  std::string sign(std::string_view header_json) const {
    return sign_parts(to_base64url(header_json), to_base64url(payload));
  }
  /// The usual header with more members appended.
  std::string sign_with(std::string_view members) const {
    return sign(R"({"alg":"HS256","typ":"JWT","kid":"one",)" + std::string{members} + "}");
  }

  std::shared_ptr<const HmacKey> key_ = std::make_shared<const HmacKey>("the first secret", "one");
  std::shared_ptr<const HmacKey> older_ = std::make_shared<const HmacKey>("the second secret", "two");
  JwsVerifier verifier_{{key_, older_}, {.type = "JWT", .kid_required = true}};
  JwsSigner signer_{key_, "JWT"};
};

TEST_F(JwsTest, OwnToken_GivesItsPayloadAndKey) {
  JwsBuffer buffer;
  const std::string compact = signer_.sign(payload);
  const auto verified = verifier_.verify(compact, buffer);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->payload(), payload);
  EXPECT_EQ(&verified->key(), key_.get());
}

TEST_F(JwsTest, EmptyPayload_IsAPayload) { EXPECT_FALSE(refusal(signer_.sign(""))); }

TEST_F(JwsTest, HeaderWrittenOtherwise_IsReadAsWell) {
  EXPECT_FALSE(refusal(sign(R"({"alg":"HS256","typ":"JWT","kid":"one"})")));
  EXPECT_FALSE(refusal(sign("{ \"kid\" : \"one\",\r\n \"typ\":\"JWT\", \"\\u0061lg\":\"HS256\" }")));
  EXPECT_FALSE(refusal(sign_with(R"("unknown":["x",1,null])")));
}

TEST_F(JwsTest, EveryKeyOfTheSet_Verifies) { EXPECT_FALSE(refusal(JwsSigner(older_, "JWT").sign(payload))); }

TEST_F(JwsTest, KeyNamedButAnotherUsed_IsABadSignature) {
  const auto impostor = std::make_shared<const HmacKey>("the second secret", "one");
  EXPECT_EQ(refusal(JwsSigner(impostor, "JWT").sign(payload)), JwsError::bad_signature);
}

TEST_F(JwsTest, AlgorithmNoneInAnySpelling_IsRefused) {
  for (const std::string_view none : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header = R"({"alg":")" + std::string{none} + R"(","typ":"JWT","kid":"one"})";
    EXPECT_EQ(refusal(sign(header)), JwsError::wrong_algorithm) << none;
    const std::string unsigned_token = to_base64url(header) + "." + to_base64url(payload) + ".";
    EXPECT_EQ(refusal(unsigned_token), JwsError::wrong_algorithm) << none;
  }
}

TEST_F(JwsTest, OtherAlgorithms_AreRefused) {
  for (const std::string_view other :
       {"HS384", "HS512", "hs256", "HS256 ", "RS256", "ES256", "EdDSA", "PS256", "A128KW"}) {
    EXPECT_EQ(refusal(sign(R"({"alg":")" + std::string{other} + R"(","typ":"JWT","kid":"one"})")),
              JwsError::wrong_algorithm)
        << other;
  }
}

TEST_F(JwsTest, ParametersThatAreNeverObeyed_AreRefused) {
  for (const std::string_view member :
       {R"("jku":"https://example.com/keys")", R"("x5u":"https://example.com/cert")", R"("jwk":{"kty":"oct","k":"AA"})",
        R"("x5c":["AA"])", R"("x5t":"AA")", R"("x5t#S256":"AA")", R"("crit":["exp"])", R"("crit":[])", R"("b64":false)",
        R"("zip":"DEF")", R"("\u006aku":"https://example.com/keys")"}) {
    EXPECT_EQ(refusal(sign_with(member)), JwsError::refused_parameter) << member;
  }
}

TEST_F(JwsTest, Kid_MustBeKnown) {
  EXPECT_EQ(refusal(sign(R"({"alg":"HS256","typ":"JWT"})")), JwsError::missing_kid);
  EXPECT_EQ(refusal(sign(R"({"alg":"HS256","typ":"JWT","kid":"three"})")), JwsError::unknown_kid);
  EXPECT_EQ(refusal(sign(R"({"alg":"HS256","typ":"JWT","kid":""})")), JwsError::unknown_kid);
  EXPECT_EQ(refusal(sign(R"({"alg":"HS256","typ":"JWT","kid":"../../one"})")), JwsError::unknown_kid);
}

TEST_F(JwsTest, Type_MustBeTheOneAskedFor) {
  EXPECT_EQ(refusal(sign(R"({"alg":"HS256","kid":"one"})")), JwsError::wrong_type);
  EXPECT_EQ(refusal(JwsSigner(key_, "reset+jwt").sign(payload)), JwsError::wrong_type);
  EXPECT_EQ(refusal(JwsSigner(key_, "jwt").sign(payload)), JwsError::wrong_type);
}

TEST_F(JwsTest, HeaderThatIsNoStrictObject_IsRefused) {
  for (const std::string_view header :
       {"", "{}", "null", "[]", "\"HS256\"", R"({"typ":"JWT","kid":"one"})", R"({"alg":1,"typ":"JWT","kid":"one"})",
        R"({"alg":["HS256"],"typ":"JWT","kid":"one"})", R"({"alg":"HS256","typ":1,"kid":"one"})",
        R"({"alg":"HS256","typ":"JWT","kid":7})", R"({"alg":null,"typ":"JWT","kid":"one"})",
        R"({"alg":"HS256","typ":"JWT","kid":"one","kid":"one"})",
        R"({"alg":"none","alg":"HS256","typ":"JWT","kid":"one"})", R"({"alg":"HS256","typ":"JWT","kid":"one"}x)",
        R"({"alg":"HS256","typ":"JWT","kid":"one","x":{"y":1}})",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"one\",\"x\":\"\xff\"}"}) {
    EXPECT_EQ(refusal(sign(header)), JwsError::bad_header) << header;
  }
}

TEST_F(JwsTest, WhatIsNotThreeParts_IsRefused) {
  const std::string good = signer_.sign(payload);
  EXPECT_EQ(refusal(""), JwsError::not_compact);
  EXPECT_EQ(refusal("a"), JwsError::not_compact);
  EXPECT_EQ(refusal("a.b"), JwsError::not_compact);
  EXPECT_EQ(refusal(good + "."), JwsError::not_compact);
  EXPECT_EQ(refusal(good + ".e30"), JwsError::not_compact);
  EXPECT_EQ(refusal(std::string(5000, '.')), JwsError::not_compact);
  EXPECT_EQ(refusal(R"({"payload":"e30","signatures":[]})"), JwsError::not_compact);
}

TEST_F(JwsTest, OverEightKibibytes_IsRefusedUnread) {
  EXPECT_EQ(refusal(std::string(jws_bytes_max + 1, '.')), JwsError::too_long);
  const std::string longest = signer_.sign(std::string(6071, 'x'));
  EXPECT_EQ(longest.size(), jws_bytes_max);
  EXPECT_FALSE(refusal(longest));
  EXPECT_EQ(refusal(longest + 'A'), JwsError::too_long);
}

TEST_F(JwsTest, OversizedSignatures_AreRefused) {
  const std::string input = signer_.sign(payload).substr(0, signer_.sign(payload).rfind('.') + 1);
  for (const std::size_t bytes : {std::size_t{33}, std::size_t{64}, jws_signature_bytes_max}) {
    EXPECT_EQ(refusal(input + to_base64url(std::string(bytes, 's'))), JwsError::bad_signature) << bytes;
  }
  EXPECT_EQ(refusal(input + to_base64url(std::string(jws_signature_bytes_max + 1, 's'))), JwsError::bad_encoding);
}

TEST_F(JwsTest, PaddingSpacesAndForeignLetters_AreRefused) {
  const std::string good = signer_.sign(payload);
  const std::string header = good.substr(0, good.find('.'));
  EXPECT_EQ(refusal(good + "="), JwsError::bad_encoding);
  EXPECT_EQ(refusal(good + " "), JwsError::bad_encoding);
  EXPECT_EQ(refusal(good + "\n"), JwsError::bad_encoding);
  EXPECT_EQ(refusal(" " + good), JwsError::bad_encoding);
  EXPECT_EQ(refusal(good + std::string(1, '\0')), JwsError::bad_encoding);
  // Properly signed, so that only the payload's encoding is wrong.
  EXPECT_EQ(refusal(sign_parts(header, "e30=")), JwsError::bad_encoding);
  EXPECT_EQ(refusal(sign_parts(header, "e3 0")), JwsError::bad_encoding);
  EXPECT_EQ(refusal(sign_parts(header, "e31")), JwsError::bad_encoding) << "unused bits set";
  EXPECT_EQ(refusal(sign_parts(header + "=", "e30")), JwsError::bad_encoding);
}

TEST_F(JwsTest, EveryBitOfTheSignatureFlipped_IsRefused) {
  const std::string good = signer_.sign(payload);
  const std::size_t dot = good.rfind('.');
  const std::string signature = *from_base64url(good.substr(dot + 1));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string altered = signature;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(refusal(good.substr(0, dot + 1) + to_base64url(altered)), JwsError::bad_signature) << "bit " << bit;
  }
}

TEST_F(JwsTest, EveryLetterReplacedOrCutOff_IsRefused) {
  const std::string good = signer_.sign(payload);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string altered = good;
    altered[i] = good[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(refusal(altered)) << i;
    EXPECT_TRUE(refusal(good.substr(0, i))) << i;
  }
}

TEST_F(JwsTest, KeysThatDoNotGoTogether_AreRefusedAtOnce) {
  const auto pair = std::make_shared<const PrivateKey>(generate("ED25519").private_key);
  const auto twin = std::make_shared<const HmacKey>("another secret", "one");
  EXPECT_THROW(JwsVerifier({}, {}), std::invalid_argument);
  EXPECT_THROW(JwsVerifier({key_, pair}, {}), std::invalid_argument);
  EXPECT_THROW(JwsVerifier({key_, twin}, {}), std::invalid_argument);
}

TEST_F(JwsTest, UnnamedKey_IsTakenOnlyWhereItIsAllowedAndAlone) {
  JwsBuffer buffer;
  const std::string unnamed = sign(R"({"alg":"HS256"})");
  const JwsVerifier lenient{{key_}, {.type = "", .kid_required = false}};
  const JwsVerifier undecided{{key_, older_}, {.type = "", .kid_required = false}};
  EXPECT_TRUE(lenient.verify(unnamed, buffer));
  EXPECT_EQ(undecided.verify(unnamed, buffer).error(), JwsError::missing_kid);
}

/// Algorithm confusion: the public key is known to all, so it must never serve as a secret.
TEST(JwsConfusion, HmacWithAPublicKeyAsSecret_IsRefused) {
  for (const PemPair& pem : {generate_rsa(2048), generate_ec("P-256"), generate("ED25519")}) {
    const auto key = std::make_shared<const PrivateKey>(pem.private_key);
    const JwsVerifier verifier{{key}, {.type = "JWT", .kid_required = true}};
    JwsBuffer buffer;
    EXPECT_TRUE(verifier.verify(JwsSigner(key, "JWT").sign(payload), buffer));

    const auto forged = std::make_shared<const HmacKey>(pem.public_key, std::string{key->kid()});
    const auto verified = verifier.verify(JwsSigner(forged, "JWT").sign(payload), buffer);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error(), JwsError::wrong_algorithm);
  }
}

TEST(JwsConfusion, SignatureOfOneAlgorithmUnderTheNameOfAnother_IsRefused) {
  const auto rsa = std::make_shared<const PrivateKey>(generate_rsa(2048).private_key, "key");
  const auto ec = std::make_shared<const PrivateKey>(generate_ec("P-256").private_key, "key");
  const JwsVerifier verifier{{ec}, {.type = "", .kid_required = true}};
  JwsBuffer buffer;
  EXPECT_EQ(verifier.verify(JwsSigner(rsa, "").sign(payload), buffer).error(), JwsError::wrong_algorithm);

  std::string compact = jws_header(*ec, "") + "." + to_base64url(payload);
  std::string signature;
  rsa->append_signature(signature, compact);
  EXPECT_EQ(verifier.verify(compact + "." + to_base64url(signature), buffer).error(), JwsError::bad_signature);
}

}  // namespace
}  // namespace gatehouse::jose
