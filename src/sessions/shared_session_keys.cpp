#include "sessions/shared_session_keys.hpp"

#include <array>
#include <cassert>
#include <cstdio>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "crypto/kdf.hpp"
#include "crypto/sealed_number.hpp"

// The sealed part: user, created, expires, expires in any case, updated, each 8 bytes; the secret's hash, 32; the
// lengths of email and first name, 8 each; and the three texts.

namespace gatehouse::sessions {
namespace {

constexpr std::size_t time_length = 13;
constexpr std::size_t clear_length = time_length + SharedSessionKeys::name_length;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t head_bytes = 5 * crypto::number_bytes + hash_bytes + 2 * crypto::number_bytes;

constexpr crypto::SealKind row_kind{.first_byte = 5,
                                    .key_purpose = "gatehouse shared-session v1",
                                    .key_id_purpose = "gatehouse shared-session key id v1"};

std::string tag_of(const SecretString& secret, database::ChangeFeedKind feed) {
  const bool reads_rows = feed == database::ChangeFeedKind::redis;
  const std::string_view purpose =
      reads_rows ? "gatehouse shared-session tag of rows v1" : "gatehouse shared-session tag v1";
  std::array<char, 8> tag;
  crypto::derive_key(secret.reveal(), purpose, std::as_writable_bytes(std::span{tag}));
  return to_hex({tag.data(), tag.size()});
}

crypto::KeyedHash::Key name_key_of(const SecretString& secret) {
  crypto::KeyedHash::Key key;
  crypto::derive_key(secret.reveal(), "gatehouse shared-session name v1", std::as_writable_bytes(std::span{key}));
  return key;
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, crypto::number_bytes> bytes;
  crypto::write_number(static_cast<std::uint64_t>(number), bytes.data());
  out.append(bytes.data(), bytes.size());
}

void append_time(std::string& out, TimePoint time) { append_number(out, to_unix_us(time)); }

std::string plain_of(const StoredSession& session) {
  std::string plain;
  append_number(plain, session.user.value);
  append_time(plain, session.times.created_at);
  append_time(plain, session.times.expires_at);
  append_time(plain, session.times.absolute_expires_at);
  append_time(plain, session.updated_at);
  plain += session.secret_hash;
  append_number(plain, static_cast<std::int64_t>(session.owner->email.size()));
  append_number(plain, static_cast<std::int64_t>(session.owner->first_name.size()));
  plain.append(session.owner->email).append(session.owner->first_name).append(session.owner->last_name);
  return plain;
}

/// Takes the parts of what was sealed, one after the other. Whoever seals is trusted; this only stays within bounds.
class PlainReader {
 public:
  explicit PlainReader(std::string_view plain) : rest_(plain) {}

  std::int64_t number() {
    const std::string_view bytes = text(crypto::number_bytes);
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): it takes as many as there are
    return static_cast<std::int64_t>(crypto::read_number(bytes.data()));
  }
  TimePoint time() { return from_unix_us(number()); }
  std::string_view text(std::size_t bytes) {
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

StoredSession session_of(std::string_view plain) {
  PlainReader reader{plain};
  StoredSession session{.user = UserId{reader.number()}, .secret_hash = {}, .times = {}, .updated_at = {}, .owner = {}};
  session.times.created_at = reader.time();
  session.times.expires_at = reader.time();
  session.times.absolute_expires_at = reader.time();
  session.updated_at = reader.time();
  session.secret_hash = reader.text(hash_bytes);
  const auto email_bytes = static_cast<std::size_t>(reader.number());
  const auto first_name_bytes = static_cast<std::size_t>(reader.number());
  auto& owner = session.owner.emplace();
  owner.email = reader.text(email_bytes);
  owner.first_name = reader.text(first_name_bytes);
  owner.last_name = reader.rest();
  return session;
}

std::optional<SharedTime> time_in(std::string_view digits) {
  SharedTime time;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    time.ms = time.ms * 10 + (c - '0');
  }
  return time;
}

}  // namespace

SharedSessionKeys::SharedSessionKeys(const SecretString& secret, database::ChangeFeedKind feed)
    : tag_(tag_of(secret, feed)), names_(name_key_of(secret)), sealing_(row_kind, {&secret, 1}) {}

std::string SharedSessionKeys::name_of(const Ended& ended) const {
  const char kind = std::to_underlying(ended.kind);
  const auto hash = names_.wide(kind + std::to_string(ended.id));
  std::string name;
  name.reserve(name_length);
  name += kind;
  append_hex(name, {reinterpret_cast<const char*>(hash.data()), sizeof hash});
  return name;
}

std::string SharedSessionKeys::seal(const SharedRow& row, std::string_view place, crypto::Random& random) const {
  assert(row.session.owner && row.session.secret_hash.size() == hash_bytes);
  std::array<char, time_length + 1> time;
  (void)std::snprintf(time.data(), time.size(), "%013lld", static_cast<long long>(row.read_at.ms));
  std::string out = time.data() + name_of({Ended::Kind::user, row.session.user.value});
  const std::string bound_to = out + std::string{place};
  std::string plain = plain_of(row.session);
  out.resize(clear_length + plain.size() + crypto::SealingKeys::overhead_bytes);
  sealing_.seal(plain, random, out.data() + clear_length, bound_to);
  wipe_memory(plain.data(), plain.size());
  return out;
}

std::optional<SharedRow> SharedSessionKeys::open(std::string_view sealed, std::string_view place) const {
  if (sealed.size() < clear_length + crypto::SealingKeys::overhead_bytes + head_bytes) return std::nullopt;
  const auto read_at = time_in(sealed.substr(0, time_length));
  if (!read_at) return std::nullopt;
  std::string bound_to;
  bound_to.reserve(clear_length + place.size());
  bound_to.append(sealed.substr(0, clear_length)).append(place);
  const std::string_view box = sealed.substr(clear_length);
  std::string plain(box.size() - crypto::SealingKeys::overhead_bytes, '\0');
  if (!sealing_.open(box, plain.data(), bound_to)) return std::nullopt;
  return SharedRow{.session = session_of(plain), .read_at = *read_at};
}

}  // namespace gatehouse::sessions
