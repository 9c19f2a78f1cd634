#include "mail/outbox.hpp"

#include <cstdint>
#include <utility>

#include "mail/accept_language.hpp"
#include "mail/mail_counts.hpp"

namespace gatehouse::mail {
namespace {

/// Every JSON parser reads a number of 53 bits exactly (RFC 8259 section 6).
constexpr unsigned id_bits = 53;

MailId new_id(crypto::Random& random) {
  std::uint64_t drawn = 0;
  random.fill(std::as_writable_bytes(std::span{&drawn, 1}));
  return MailId{static_cast<std::int64_t>(drawn >> (64U - id_bits)) + 1};
}

}  // namespace

Stationery::Stationery(const MailSettings& settings, std::span<const SecretString> secrets)
    : sealer(secrets), templates(settings.templates) {}

Outbox::Outbox(std::shared_ptr<const Stationery> stationery, const Clock& clock, crypto::Random& random)
    : clock_(clock), random_(random), stationery_(std::move(stationery)) {}

void Outbox::use(std::shared_ptr<const Stationery> stationery) {
  const std::scoped_lock lock{mutex_};
  stationery_ = std::move(stationery);
}

std::shared_ptr<const Stationery> Outbox::stationery() const {
  const std::scoped_lock lock{mutex_};
  return stationery_;
}

database::Change<void> Outbox::letter_to(Reader reader, Letter letter) const {
  const auto occurrence = MailCounts::of(letter.kind, Step::queued);
  return MailStore::insert_for(std::move(reader), sealed(std::move(letter))).counted(occurrence);
}

database::Change<void> Outbox::letter_to_address(std::string address, Letter letter) const {
  const auto occurrence = MailCounts::of(letter.kind, Step::queued);
  return MailStore::insert(sealed(std::move(letter)), std::move(address)).counted(occurrence);
}

std::string Outbox::locale_for(const std::optional<std::string>& own, std::string_view accept_language) const {
  if (own && is_language_tag(*own)) return *own;
  return stationery()->templates.choose(preferred_languages(accept_language));
}

NewMail Outbox::sealed(Letter letter) const {
  const MailId id = new_id(random_);
  const Contents contents{.token = std::move(letter.token), .variables = std::move(letter.variables)};
  return {.id = id,
          .kind = letter.kind,
          .locale = std::move(letter.locale),
          .sealed_body = stationery()->sealer.seal(id, to_text(letter.kind), contents, random_),
          .dedupe_key = std::move(letter.dedupe_key),
          .expires_at = letter.expires_at,
          .created_at = clock_.now()};
}

}  // namespace gatehouse::mail
