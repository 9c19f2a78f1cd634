#include "http/body.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <optional>

#include "base/text.hpp"
#include "http/form.hpp"

namespace gatehouse::http {
namespace {

enum class BodyType : std::uint8_t { json, form, other };

BodyType body_type_of(const Headers& headers) {
  constexpr std::string_view json = "application/json";
  if (headers.count(Field::content_type) != 1) return BodyType::other;
  const std::string_view content_type = headers[Field::content_type];
  if (content_type == json) return BodyType::json;
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (boost::beast::iequals(type, json)) return BodyType::json;
  return boost::beast::iequals(type, "application/x-www-form-urlencoded") ? BodyType::form : BodyType::other;
}

/// Whether there is a content coding other than identity, which changes nothing (RFC 9110 section 8.4).
bool is_encoded(const Headers& headers) {
  const std::string_view coding = headers[Field::content_encoding];
  if (headers.count(Field::content_encoding) > 1) return true;
  return !coding.empty() && !boost::beast::iequals(coding, "identity");
}

/// Whether the media type names UTF-16 or UTF-32, in any byte order.
bool names_wide_charset(std::string_view content_type) {
  const std::string type = to_lower(content_type);
  const auto charset = type.find("charset");
  return charset != std::string::npos &&
         (type.find("utf-16", charset) != std::string::npos || type.find("utf-32", charset) != std::string::npos);
}

/// Text of wide characters begins with a byte order mark or, since JSON begins with ASCII, has a zero in its first two
/// bytes.
bool looks_wide(std::string_view body) {
  return body.starts_with("\xFF\xFE") || body.starts_with("\xFE\xFF") || body.substr(0, 2).contains('\0');
}

/// Why the body cannot be JSON or a form in UTF-8, as far as headers and first bytes tell.
std::optional<BodyFault> fault_of_form(const Request& request, BodyType type) {
  const Headers& headers = request.headers;
  if (is_encoded(headers)) return BodyFault::unsupported_encoding;
  if (type == BodyType::other) return BodyFault::unsupported_media_type;
  if (looks_wide(request.body)) return BodyFault::unsupported_charset;
  const std::string_view content_type = headers[Field::content_type];
  if (content_type.contains(';') && names_wide_charset(content_type)) return BodyFault::unsupported_charset;
  return std::nullopt;
}

std::string_view kind_message(FieldKind kind) {
  switch (kind) {
    case FieldKind::text:
      return "must be a string";
    case FieldKind::boolean:
      return "must be true or false";
    case FieldKind::integer:
      return "must be a whole number";
    case FieldKind::list:
      return "must be a list of strings";
    case FieldKind::ignored:
      break;
  }
  return "must be a string";
}

std::string range_message(const Bounds& bounds) {
  return "must be a whole number from " + std::to_string(bounds.min) + " to " + std::to_string(bounds.max);
}

std::string length_message(const FieldRule& rule) {
  const std::string bytes = std::to_string(rule.bounds.bytes_max);
  return rule.kind == FieldKind::list ? "must have entries of at most " + bytes + " bytes"
                                      : "must be at most " + bytes + " bytes long";
}

/// Stores the values that the reader finds, and collects the errors: for each field the first one.
class FieldSink {
 public:
  FieldSink(std::span<const FieldRule> rules, std::span<FieldValue> values, UnknownFields unknown)
      : rules_(rules), values_(values), unknown_(unknown) {}

  [[nodiscard]] FieldErrors take_errors() { return std::move(errors_); }

  bool on_name(std::string_view name) {
    const auto rule = std::ranges::find(rules_, name, &FieldRule::name);
    rule_ = rule == rules_.end() ? nullptr : &*rule;
    if (rule_ == nullptr && unknown_ == UnknownFields::refuse) add_error(name, "is not a known field", "unknown_field");
    if (rule_ != nullptr && rule_->kind == FieldKind::ignored) rule_ = nullptr;
    return true;
  }

  bool on_value(const json::Scalar& scalar) {
    if (rule_ == nullptr || std::holds_alternative<json::Null>(scalar)) return true;
    if (!is_of_kind(scalar, rule_->kind)) return complain_of_kind();
    check_bounds(scalar);
    value().is_present = true;
    value().scalar = scalar;
    return true;
  }

  bool on_list() {
    if (rule_ == nullptr) return true;
    if (rule_->kind != FieldKind::list) return complain_of_kind();
    value().is_present = true;
    return true;
  }

  bool on_entry(const json::Scalar& entry) {
    if (rule_ == nullptr || rule_->kind != FieldKind::list) return true;
    if (!is_of_kind(entry, FieldKind::text)) return complain_of_kind();
    check_bounds(entry);
    if (value().entries.size() == rule_->bounds.entries_max) {
      return complain("must have at most " + std::to_string(rule_->bounds.entries_max) + " entries", "too_long");
    }
    value().entries.push_back(std::get<std::string_view>(entry));
    return true;
  }

  bool on_fault(json::Fault fault) {
    if (rule_ == nullptr) return true;
    switch (fault) {
      case json::Fault::given_twice:
        return complain("is given more than once", "duplicate");
      case json::Fault::nested:
        return complain_of_kind();
      case json::Fault::holds_nul:
        return holds_text() ? complain("must not contain a NUL character", "nul_character") : complain_of_kind();
      case json::Fault::not_unicode:
        return holds_text() ? complain("must be well-formed Unicode", "not_unicode") : complain_of_kind();
    }
    return true;
  }

  /// Complains about the value in which reading ended; false if it belongs to no field.
  bool blame_broken_text() { return rule_ != nullptr && on_fault(json::Fault::not_unicode); }

 private:
  static bool is_of_kind(const json::Scalar& scalar, FieldKind kind) {
    switch (kind) {
      case FieldKind::text:
        return std::holds_alternative<std::string_view>(scalar);
      case FieldKind::boolean:
        return std::holds_alternative<bool>(scalar);
      case FieldKind::integer:
        return std::holds_alternative<std::int64_t>(scalar);
      case FieldKind::list:
      case FieldKind::ignored:
        return false;
    }
    return false;
  }

  [[nodiscard]] bool holds_text() const { return rule_->kind == FieldKind::text || rule_->kind == FieldKind::list; }

  void check_bounds(const json::Scalar& scalar) {
    if (const auto* text = std::get_if<std::string_view>(&scalar)) {
      if (text->size() > rule_->bounds.bytes_max) complain(length_message(*rule_), "too_long");
    } else if (const auto* number = std::get_if<std::int64_t>(&scalar)) {
      if (*number < rule_->bounds.min || *number > rule_->bounds.max) {
        complain(range_message(rule_->bounds), "out_of_range");
      }
    }
  }

  [[nodiscard]] FieldValue& value() { return values_[static_cast<std::size_t>(rule_ - rules_.data())]; }

  /// Complains about the member being read. Always true: reading goes on, so that every field is checked.
  bool complain(std::string_view message, std::string_view code) {
    add_error(rule_->name, message, code);
    return true;
  }
  bool complain_of_kind() { return complain(kind_message(rule_->kind), "wrong_type"); }
  void add_error(std::string_view field, std::string_view message, std::string_view code) {
    if (std::ranges::find(errors_, field, &FieldError::field) == errors_.end()) {
      errors_.push_back({std::string{field}, std::string{message}, code});
    }
  }

  std::span<const FieldRule> rules_;
  std::span<FieldValue> values_;
  UnknownFields unknown_;
  const FieldRule* rule_ = nullptr;  ///< of the member being read; nullptr if its value is not kept
  FieldErrors errors_;
};

bool is_missing(const FieldRule& rule, const FieldValue& value) {
  if (!rule.is_required) return false;
  return !value.is_present || (rule.kind == FieldKind::text && std::get<std::string_view>(value.scalar).empty());
}

FieldErrors missing_fields(std::span<const FieldRule> rules, std::span<const FieldValue> values) {
  FieldErrors missing;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (is_missing(rules[i], values[i])) missing.push_back({std::string{rules[i].name}, "is required", "required"});
  }
  return missing;
}

/// False if the text is not a JSON object. Some clients put a byte order mark first, which RFC 8259 section 8.1 allows
/// readers to ignore.
bool read_json(std::string_view text, FieldSink& sink, json::TextBuffer& texts) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const json::Outcome outcome = json::read(text, json::widest_limits, texts, sink);
  return outcome == json::Outcome::complete || (outcome == json::Outcome::broken_text && sink.blame_broken_text());
}

std::expected<void, BodyError> read_members(BodyType type, std::string_view text, FieldSink& sink,
                                            json::TextBuffer& texts) {
  const bool is_read = type == BodyType::json ? read_json(text, sink, texts) : read_form(text, sink, texts);
  if (!is_read) return std::unexpected(BodyError{BodyFault::invalid_json, {}});
  if (FieldErrors errors = sink.take_errors(); !errors.empty()) {
    return std::unexpected(BodyError{BodyFault::invalid_fields, std::move(errors)});
  }
  return {};
}

}  // namespace

std::expected<void, BodyError> read_fields(const Request& request, std::span<const FieldRule> rules,
                                           std::span<FieldValue> values, json::TextBuffer& texts,
                                           const Problem* missing, UnknownFields unknown) {
  if (!request.body.empty()) {
    const BodyType type = body_type_of(request.headers);
    if (const auto fault = fault_of_form(request, type)) return std::unexpected(BodyError{*fault, {}});
    FieldSink sink{rules, values, unknown};
    if (auto read = read_members(type, request.body, sink, texts); !read) return read;
  }
  if (FieldErrors absent = missing_fields(rules, values); !absent.empty()) {
    return std::unexpected(BodyError{BodyFault::missing_fields, std::move(absent), missing});
  }
  return {};
}

}  // namespace gatehouse::http
