#include <gtest/gtest.h>

#include "jose/asymmetric_key.hpp"
#include "support/vectors.hpp"

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

/// Each group of a file has one public key; each test a message, a signature and whether it is valid. "Acceptable"
/// ones, which older standards allow, are refused: today's signers do not make them.
void check_file(std::string_view file, JwsAlgorithm algorithm) {
  const auto vectors = load_vectors(file);
  std::size_t checked = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const PublicKey key{text_of(group, "publicKeyPem")};
    ASSERT_EQ(key.algorithm(), algorithm);
    for (const auto& test : group.at("tests").as_array()) {
      EXPECT_EQ(key.verifies(bytes_of(test, "msg"), bytes_of(test, "sig")), is_valid(test)) << describe(test);
      ++checked;
    }
  }
  EXPECT_GT(checked, 100U);
}

TEST(SignatureVectors, WycheproofEcdsaP256_VerifyAndForgedAreRefused) {
  check_file("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json", JwsAlgorithm::es256);
}

TEST(SignatureVectors, WycheproofEd25519_VerifyAndForgedAreRefused) {
  check_file("wycheproof/ed25519_test.json", JwsAlgorithm::eddsa);
}

TEST(SignatureVectors, WycheproofRsa2048_VerifyAndForgedAreRefused) {
  check_file("wycheproof/rsa_signature_2048_sha256_test.json", JwsAlgorithm::rs256);
}

TEST(SignatureVectors, WycheproofRsa3072_VerifyAndForgedAreRefused) {
  check_file("wycheproof/rsa_signature_3072_sha256_test.json", JwsAlgorithm::rs256);
}

}  // namespace
}  // namespace gatehouse::jose
