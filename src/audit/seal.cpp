#include "audit/seal.hpp"

#include <array>

#include "crypto/sealed_number.hpp"

namespace gatehouse::audit {
namespace {

void append(std::string& bytes, std::int64_t number) {
  std::array<char, crypto::number_bytes> eight;
  crypto::write_number(static_cast<std::uint64_t>(number), eight.data());
  bytes.append(eight.data(), eight.size());
}

}  // namespace

Hash hash_of(const Seal& seal) {
  std::string bytes{'\x02'};
  bytes += bytes_of(seal.previous);
  append(bytes, seal.from);
  append(bytes, seal.to);
  append(bytes, seal.count);
  bytes += bytes_of(seal.root);
  append(bytes, to_unix_us(seal.sealed_at));
  return crypto::sha256_in_place(bytes);
}

void sign(Seal& seal, const jose::SigningKey& key) {
  const Hash hash = hash_of(seal);
  seal.key_id = key.kid();
  seal.signature.clear();
  key.append_signature(seal.signature, bytes_of(hash));
}

}  // namespace gatehouse::audit
