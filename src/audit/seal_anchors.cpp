#include "audit/seal_anchors.hpp"

#include <algorithm>
#include <istream>
#include <string>
#include <string_view>
#include <variant>

#include "base/text.hpp"
#include "json/reader.hpp"

namespace gatehouse::audit {
namespace {

/// Receives one line of the log.
class AnchorSink {
 public:
  bool on_name(std::string_view name) {
    name_ = name;
    return true;
  }
  bool on_value(const json::Scalar& value) {
    const auto* const text = std::get_if<std::string_view>(&value);
    const auto* const number = std::get_if<std::int64_t>(&value);
    if (name_ == "event" && text != nullptr) tells_of_seal_ = *text == "audit_sealed";
    if (name_ == "hash" && text != nullptr) digits_ = *text;
    if (name_ == "seal" && number != nullptr) number_ = *number;
    return true;
  }
  bool on_list() { return true; }
  bool on_entry(const json::Scalar& /*value*/) { return true; }
  bool on_fault(json::Fault /*fault*/) { return true; }

  [[nodiscard]] std::optional<std::pair<std::int64_t, Hash>> anchor() const {
    const auto bytes = from_hex(digits_);
    Hash hash;
    if (!tells_of_seal_ || number_ < 1 || !bytes || bytes->size() != hash.size()) return std::nullopt;
    std::ranges::copy(*bytes, hash.begin());
    return std::pair{number_, hash};
  }

 private:
  std::string name_;
  std::string digits_;
  std::int64_t number_ = 0;
  bool tells_of_seal_ = false;
};

std::optional<std::pair<std::int64_t, Hash>> anchor_in(std::string_view line) {
  const std::size_t begin = line.find('{');
  if (begin == std::string_view::npos || !line.contains("audit_sealed")) return std::nullopt;
  AnchorSink sink;
  json::TextBuffer texts;
  const auto outcome = json::read(trim(line.substr(begin), ascii_whitespace), json::widest_limits, texts, sink);
  if (outcome != json::Outcome::complete) return std::nullopt;
  return sink.anchor();
}

}  // namespace

SealAnchors SealAnchors::read(std::istream& log) {
  SealAnchors anchors;
  for (std::string line; std::getline(log, line);) {
    if (const auto anchor = anchor_in(line)) anchors.anchors_.push_back(*anchor);
  }
  std::ranges::sort(anchors.anchors_);
  const auto repeated = std::ranges::unique(anchors.anchors_);
  anchors.anchors_.erase(repeated.begin(), repeated.end());
  return anchors;
}

bool SealAnchors::agree(std::int64_t number, const Hash& hash) const {
  const auto of_number = std::ranges::equal_range(anchors_, number, {}, &std::pair<std::int64_t, Hash>::first);
  return std::ranges::all_of(of_number, [&](const auto& anchor) { return anchor.second == hash; });
}

std::optional<std::int64_t> SealAnchors::last_number() const {
  if (anchors_.empty()) return std::nullopt;
  return anchors_.back().first;
}

}  // namespace gatehouse::audit
