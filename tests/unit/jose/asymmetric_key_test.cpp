#include "jose/asymmetric_key.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <stdexcept>

#include "support/test_keys.hpp"
#include "support/vectors.hpp"

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

std::string sign(const PrivateKey& key, std::string_view message) {
  std::string signature;
  key.append_signature(signature, message);
  return signature;
}

void expect_pair_works(const PemPair& pem, JwsAlgorithm algorithm, std::size_t signature_bytes) {
  const PrivateKey private_key{pem.private_key};
  const PublicKey public_key{pem.public_key};
  const std::string signature = sign(private_key, "message");
  EXPECT_EQ(private_key.algorithm(), algorithm);
  EXPECT_EQ(public_key.algorithm(), algorithm);
  EXPECT_EQ(private_key.kid(), public_key.kid());
  EXPECT_EQ(private_key.public_pem(), pem.public_key);
  EXPECT_EQ(signature.size(), signature_bytes);
  EXPECT_TRUE(public_key.verifies("message", signature));
  EXPECT_TRUE(private_key.verifies("message", signature));
  EXPECT_FALSE(public_key.verifies("massage", signature));
  EXPECT_FALSE(public_key.verifies("message", ""));
  EXPECT_FALSE(public_key.verifies("message", signature + '\0'));
  EXPECT_FALSE(public_key.verifies("message", signature.substr(1)));
  EXPECT_EQ(ERR_peek_error(), 0U) << "errors left behind would be taken for TLS errors";
}

TEST(AsymmetricKey, Rsa2048_IsRs256) { expect_pair_works(generate_rsa(2048), JwsAlgorithm::rs256, 256); }
TEST(AsymmetricKey, P256_IsEs256WithRawSignatures) { expect_pair_works(generate_ec("P-256"), JwsAlgorithm::es256, 64); }
TEST(AsymmetricKey, Ed25519_IsEdDsa) { expect_pair_works(generate("ED25519"), JwsAlgorithm::eddsa, 64); }

void expect_refused(const PemPair& pem) {
  EXPECT_THROW(PrivateKey{pem.private_key}, std::invalid_argument);
  EXPECT_THROW(PublicKey{pem.public_key}, std::invalid_argument);
}

TEST(AsymmetricKey, WeakOrForeignKinds_AreRefused) {
  expect_refused(generate_rsa(1024));
  expect_refused(generate_ec("P-384"));
  expect_refused(generate_ec("secp256k1"));
  expect_refused(generate("ED448"));
  expect_refused(generate("X25519"));
}

TEST(AsymmetricKey, TextThatIsNoKey_IsRefusedWithoutQuotingIt) {
  for (const std::string_view text :
       {"", "hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"}) {
    try {
      const PrivateKey key{text};
      ADD_FAILURE() << "accepted: " << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string_view{error.what()}.find("hunter2"), std::string_view::npos);
    }
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(AsymmetricKey, HalvesMixedUp_AreRefused) {
  const PemPair pem = generate("ED25519");
  EXPECT_THROW(PrivateKey{pem.public_key}, std::invalid_argument);
  EXPECT_THROW(PublicKey{pem.private_key}, std::invalid_argument);
}

TEST(AsymmetricKey, KeyUnderPassphrase_IsRefusedWithoutAskingForIt) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
                                                                 EVP_PKEY_free};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio{BIO_new(BIO_s_mem()), BIO_free_all};
  const std::string passphrase = "secret";
  ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(bio.get(), pkey.get(), EVP_aes_256_cbc(), passphrase.data(),
                                          static_cast<int>(passphrase.size()), nullptr, nullptr),
            1);
  EXPECT_THROW(PrivateKey{pem_text(bio.get())}, std::invalid_argument);
}

TEST(AsymmetricKey, SignatureOfAnotherKey_IsRefused) {
  const PrivateKey one{generate_ec("P-256").private_key};
  const PrivateKey two{generate_ec("P-256").private_key};
  EXPECT_FALSE(two.verifies("message", sign(one, "message")));
  EXPECT_NE(one.kid(), two.kid());
}

TEST(AsymmetricKey, Es256SignatureAsDer_IsRefused) {
  const PemPair pem = generate_ec("P-256");
  const PrivateKey key{pem.private_key};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio{
      BIO_new_mem_buf(pem.private_key.data(), static_cast<int>(pem.private_key.size())), BIO_free_all};
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey{
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  std::string der(80, '\0');
  std::size_t length = der.size();
  ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, pkey.get()), 1);
  ASSERT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &length,
                           reinterpret_cast<const unsigned char*>("message"), 7),
            1);
  EXPECT_FALSE(key.verifies("message", der.substr(0, length)));
}

}  // namespace
}  // namespace gatehouse::jose
