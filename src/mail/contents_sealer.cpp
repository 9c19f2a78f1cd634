#include "mail/contents_sealer.hpp"

#include <cassert>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "crypto/kdf.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace gatehouse::mail {
namespace {

constexpr char version = 1;
constexpr std::string_view token_name = "token";

constexpr json::Limits body_limits{.members_max = variables_max + 1,
                                   .list_entries_max = 1,
                                   .name_bytes_max = 64,
                                   .text_bytes_max = 6 * variable_bytes_max,
                                   .depth_max = 1};

std::string_view view(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

void require_bounds(const Contents& contents) {
  if (contents.variables.size() > variables_max) throw std::invalid_argument("a mail has too many variables");
  for (const auto& [name, value] : contents.variables) {
    if (value.size() > variable_bytes_max) throw std::invalid_argument("the mail's variable " + name + " is too long");
  }
}

std::string json_of(const Contents& contents) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object();
  writer.member(token_name, contents.token.reveal());
  for (const auto& [name, value] : contents.variables) writer.member(name, std::string_view{value});
  writer.end_object();
  return json;
}

/// Collects the members of a body into Contents.
struct ContentsSink {
  Contents& contents;
  std::string name = {};

  bool on_name(std::string_view member) {
    name = member;
    return true;
  }
  bool on_value(const json::Scalar& value) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return false;
    if (name == token_name) {
      contents.token = SecretString{*text};
    } else {
      contents.variables.insert_or_assign(name, std::string{*text});
    }
    return true;
  }
  static bool on_list() { return false; }
  static bool on_entry(const json::Scalar& /*none*/) { return false; }
  static bool on_fault(json::Fault /*any*/) { return false; }
};

std::expected<Contents, BodyFault> contents_of(std::string_view json) {
  Contents contents;
  ContentsSink sink{contents};
  json::TextBuffer texts;
  if (json::read(json, body_limits, texts, sink) != json::Outcome::complete) {
    return std::unexpected(BodyFault::damaged);
  }
  return contents;
}

/// The associated data that binds a body to its row.
std::string associated_with(std::string_view prefix, MailId id, std::string_view kind) {
  std::string bytes{prefix};
  const auto number = static_cast<std::uint64_t>(id.value);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes.append(kind);
}

}  // namespace

ContentsSealer::ContentsSealer(std::span<const SecretString> secrets) {
  assert(!secrets.empty());
  keys_.reserve(secrets.size());
  for (const SecretString& secret : secrets) keys_.push_back(derive(secret));
}

ContentsSealer::Key ContentsSealer::derive(const SecretString& secret) {
  crypto::Aead::Key key;
  crypto::derive_key(secret.reveal(), "mail", key);
  std::array<std::byte, key_id_bytes> key_id;
  crypto::derive_key(secret.reveal(), "mail key id", key_id);

  Key derived{.prefix = {version}, .aead = std::make_unique<crypto::Aead>(key)};
  std::memcpy(derived.prefix.data() + 1, key_id.data(), key_id.size());
  wipe_memory(key.data(), key.size());
  return derived;
}

std::string ContentsSealer::seal(MailId id, std::string_view kind, const Contents& contents,
                                 crypto::Random& random) const {
  require_bounds(contents);
  const Key& key = keys_.front();
  std::string json = json_of(contents);
  std::string sealed{view(key.prefix)};
  sealed.resize(key.prefix.size() + crypto::Aead::overhead_bytes + json.size());
  key.aead->seal(json, associated_with(view(key.prefix), id, kind), random, sealed.data() + key.prefix.size());
  wipe_memory(json.data(), json.size());
  return sealed;
}

std::expected<Contents, BodyFault> ContentsSealer::open(MailId id, std::string_view kind, std::string_view body) const {
  if (body.size() < sizeof(Prefix) + crypto::Aead::overhead_bytes) return std::unexpected(BodyFault::damaged);
  const std::string_view prefix = body.substr(0, sizeof(Prefix));
  for (const Key& key : keys_) {
    if (view(key.prefix) != prefix) continue;
    std::string json(body.size() - sizeof(Prefix) - crypto::Aead::overhead_bytes, '\0');
    const bool is_ours = key.aead->open(body.substr(sizeof(Prefix)), associated_with(prefix, id, kind), json.data());
    auto contents = is_ours ? contents_of(json) : std::unexpected(BodyFault::damaged);
    wipe_memory(json.data(), json.size());
    return contents;
  }
  return std::unexpected(BodyFault::unknown_key);
}

}  // namespace gatehouse::mail
