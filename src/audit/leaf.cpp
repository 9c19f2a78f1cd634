#include "audit/leaf.hpp"

#include <array>

#include "crypto/sealed_number.hpp"

namespace gatehouse::audit {
namespace {

constexpr std::uint32_t null_length = 0xffffffff;

template <class Id>
std::optional<std::int64_t> number_of(const std::optional<Id>& id) {
  if (!id) return std::nullopt;
  return id->value;
}

}  // namespace

Hash LeafHasher::operator()(const EventView& event) {
  bytes_.assign(1, '\0');
  add(event.position);
  add(event.id.value);
  add(to_unix_us(event.at));
  add(event.type);
  add(event.outcome);
  add(event.reason);
  add(event.actor_kind);
  add(event.actor);
  add(number_of(event.user));
  add(number_of(event.session));
  add(event.request_id);
  add(event.address);
  add(event.user_agent);
  add(event.details);
  return crypto::sha256_in_place(bytes_);
}

void LeafHasher::add(std::optional<std::int64_t> number) {
  if (!number) return add_length(null_length);
  add_length(crypto::number_bytes);
  std::array<char, crypto::number_bytes> bytes;
  crypto::write_number(static_cast<std::uint64_t>(*number), bytes.data());
  bytes_.append(bytes.data(), bytes.size());
}

void LeafHasher::add(std::optional<std::string_view> text) {
  if (!text) return add_length(null_length);
  add_length(static_cast<std::uint32_t>(text->size()));
  bytes_.append(*text);
}

void LeafHasher::add_length(std::uint32_t length) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes_ += static_cast<char>(length >> shift);
}

}  // namespace gatehouse::audit
