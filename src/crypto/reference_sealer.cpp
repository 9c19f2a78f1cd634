#include "crypto/reference_sealer.hpp"

#include <cstring>

#include "crypto/sealed_number.hpp"

namespace gatehouse::crypto {
namespace {

using Plain = std::array<char, number_bytes + sizeof(Reference::Secret)>;
using Sealed = std::array<char, ReferenceSealer::sealed_bytes>;

Plain encode(const Reference& reference) {
  Plain plain;
  write_number(static_cast<std::uint64_t>(reference.id), plain.data());
  std::memcpy(plain.data() + number_bytes, reference.secret.data(), reference.secret.size());
  return plain;
}

Reference decode(const Plain& plain) {
  Reference reference{.id = static_cast<std::int64_t>(read_number(plain.data())), .secret = {}};
  std::memcpy(reference.secret.data(), plain.data() + number_bytes, reference.secret.size());
  return reference;
}

}  // namespace

std::string ReferenceSealer::seal(const Reference& reference, Random& random) const {
  Plain plain = encode(reference);
  Sealed sealed;
  keys_.seal({plain.data(), plain.size()}, random, sealed.data());
  wipe_memory(plain.data(), plain.size());
  return to_base64url({sealed.data(), sealed.size()});
}

std::optional<Reference> ReferenceSealer::open(std::string_view text) const {
  if (text.size() != sealed_length) return std::nullopt;
  Sealed sealed;
  if (decode_base64url(text, sealed.data(), sealed.size()) != sealed.size()) return std::nullopt;
  Plain plain;
  if (!keys_.open({sealed.data(), sealed.size()}, plain.data())) return std::nullopt;
  return decode(plain);
}

}  // namespace gatehouse::crypto
