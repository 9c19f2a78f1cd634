#include "audit/merkle_tree.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace gatehouse::audit {
namespace {

using Texts = std::vector<std::string>;

Hash hash_over(const std::string& bytes) { return crypto::sha256_in_place(bytes); }

std::string root_of(const Texts& leaves) {
  MerkleTree tree;
  for (const std::string& leaf : leaves) tree.add(hash_over('\0' + leaf));
  return to_hex({tree.root().data(), tree.root().size()});
}

/// RFC 6962 section 2.1 as it is written there.
std::string root_by_definition(const Texts& leaves, std::size_t begin, std::size_t end) {
  const std::size_t count = end - begin;
  if (count == 0) return crypto::sha256({});
  if (count == 1) return crypto::sha256('\0' + leaves[begin]);
  std::size_t half = 1;
  while (half * 2 < count) half *= 2;
  return crypto::sha256('\x01' + root_by_definition(leaves, begin, begin + half) +
                        root_by_definition(leaves, begin + half, end));
}

// The leaves and roots that Certificate Transparency's own tests use.
TEST(MerkleTreeTest, Roots_AreThoseOfCertificateTransparency) {
  constexpr std::array<std::string_view, 8> leaves{
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  constexpr std::array<std::string_view, 9> roots{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                                  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                                  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                                  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                                  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                                  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                                  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                                  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Texts texts;
  EXPECT_EQ(root_of(texts), roots[0]);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    texts.push_back(from_hex(leaves[i]).value());
    EXPECT_EQ(root_of(texts), roots[i + 1]) << i;
  }
}

TEST(MerkleTreeTest, RootOfAnySize_IsThatOfTheDefinition) {
  std::mt19937_64 random{6962};
  Texts leaves;
  for (std::size_t size = 0; size < 300; ++size) {
    EXPECT_EQ(root_of(leaves), to_hex(root_by_definition(leaves, 0, size))) << size;
    leaves.push_back(std::to_string(random()));
  }
}

}  // namespace
}  // namespace gatehouse::audit
