#include "http/json_fields.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <cassert>
#include <cstdint>
#include <functional>

#include "base/json_text.hpp"
#include "base/secret_string.hpp"

namespace gatehouse::http {

/// Boost.JSON's events for one flat object. Returning false ends the parse: the verdict is in what was recorded.
class JsonFieldsHandler {
 public:
  static constexpr std::size_t max_object_size = JsonFields::fields_max * 8;
  static constexpr std::size_t max_array_size = 64 * 1024;
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = 64 * 1024;

  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  JsonFieldsHandler(std::string_view json, std::initializer_list<std::string_view> known, JsonFields& fields)
      : json_(json), known_(known), fields_(fields) {}

  [[nodiscard]] FieldErrors take_errors() { return std::move(errors_); }
  [[nodiscard]] bool is_object() const { return is_object_; }
  /// Whether the parse ended inside the value of a known field; then it is complained about.
  [[nodiscard]] bool blame_open_value() {
    complain(not_unicode, "not_unicode");
    return slot_ != nullptr;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    if (depth_++ == 0)
      is_object_ = true;
    else
      complain("must be a string", "wrong_type");
    return true;
  }
  bool on_object_end(std::size_t, error_code&) { return leave_nested(); }
  bool on_array_begin(error_code&) {
    if (depth_++ > 0) complain("must be a string", "wrong_type");
    return true;
  }
  bool on_array_end(std::size_t, error_code&) { return leave_nested(); }

  bool on_key_part(string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    if (depth_ == 1) begin_member();
    key_.clear();
    return true;
  }

  bool on_string_part(string_view part, std::size_t, error_code&) {
    append(part);
    return true;
  }
  bool on_string(string_view part, std::size_t size, error_code&) {
    if (depth_ != 1 || slot_ == nullptr) return true;
    if (size == part.size() && is_in_body(part))
      slot_->view = {part.data(), part.size()};
    else
      append(part);
    slot_->present = true;
    if (value().find('\0') != std::string_view::npos) complain("must not contain a NUL character", "nul_character");
    if (!is_utf8(value())) complain(not_unicode, "not_unicode");
    return leave_value();
  }

  bool on_null(error_code&) { return leave_value(); }
  bool on_bool(bool, error_code&) { return wrong_type(); }
  bool on_int64(std::int64_t, string_view, error_code&) { return wrong_type(); }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return wrong_type(); }
  bool on_double(double, string_view, error_code&) { return wrong_type(); }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  static constexpr std::string_view not_unicode = "must be well-formed Unicode";

  /// What comes next is no longer about the field whose value has ended.
  bool leave_value() {
    if (depth_ == 1) slot_ = nullptr;
    return true;
  }
  bool leave_nested() {
    --depth_;
    return leave_value();
  }
  bool wrong_type() {
    if (depth_ == 1) complain("must be a string", "wrong_type");
    return leave_value();
  }

  void begin_member() {
    slot_ = nullptr;
    name_ = {};
    std::size_t i = 0;
    for (const std::string_view known : known_) {
      if (known == key_) {
        name_ = known;
        slot_ = &fields_.slots_[i];
      }
      ++i;
    }
    if (slot_ == nullptr) return add_error(key_, "is not a known field", "unknown_field");
    if ((seen_ & slot_bit()) != 0) add_error(key_, "is given more than once", "duplicate");
    seen_ |= slot_bit();
  }

  [[nodiscard]] unsigned slot_bit() const { return 1U << static_cast<unsigned>(slot_ - fields_.slots_.data()); }
  [[nodiscard]] bool is_in_body(string_view part) const {
    const std::less_equal<const char*> at_most;
    return at_most(json_.data(), part.data()) && at_most(part.data() + part.size(), json_.data() + json_.size());
  }

  void append(string_view part) {
    if (depth_ != 1 || slot_ == nullptr) return;
    if (!slot_->unescaped) {
      // Text only shrinks when its escapes are resolved: one allocation, so that no copy of a password stays behind.
      fields_.scratch_.reserve(json_.size());
      slot_->unescaped = true;
      slot_->offset = fields_.scratch_.size();
      slot_->length = 0;
    }
    fields_.scratch_.append(part.data(), part.size());
    slot_->length += part.size();
  }

  [[nodiscard]] std::string_view value() const {
    return slot_->unescaped ? std::string_view{fields_.scratch_}.substr(slot_->offset, slot_->length) : slot_->view;
  }

  /// About the member whose value is being read; an unknown one has been complained about already.
  void complain(std::string_view message, std::string_view code) {
    if (slot_ != nullptr) add_error(name_, message, code);
  }
  void add_error(std::string_view field, std::string_view message, std::string_view code) {
    for (const FieldError& error : errors_)
      if (error.field == field) return;
    errors_.push_back({std::string{field}, std::string{message}, code});
  }

  std::string_view json_;
  std::initializer_list<std::string_view> known_;
  JsonFields& fields_;
  FieldErrors errors_;
  std::string key_;
  std::string_view name_;
  JsonFields::Slot* slot_ = nullptr;
  unsigned seen_ = 0;
  std::size_t depth_ = 0;
  bool is_object_ = false;
};

namespace {

bool is_json_media_type(std::string_view content_type) {
  constexpr std::string_view json = "application/json";
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const std::size_t end = type.find_last_not_of(" \t");
  return boost::beast::iequals(type.substr(0, end == std::string_view::npos ? 0 : end + 1), json);
}

BodyError invalid_json() { return {BodyFault::invalid_json, {}}; }

/// True where the parse ended because an escape stands for half of a surrogate pair, which no text has (RFC 8259
/// section 8.2). A first half without a second one is a syntax error to Boost.JSON, found right behind it.
bool is_lone_surrogate(const boost::json::error_code& ec, std::string_view read) {
  constexpr std::size_t escape_length = std::string_view{"\\ud800"}.size();
  if (ec == boost::json::error::illegal_leading_surrogate || ec == boost::json::error::illegal_trailing_surrogate)
    return true;
  if (ec != boost::json::error::syntax || read.size() < escape_length) return false;
  const std::string_view escape = read.substr(read.size() - escape_length);
  return boost::beast::iequals(escape.substr(0, 3), "\\ud") &&
         std::string_view{"89abAB"}.find(escape[3]) != std::string_view::npos;
}

}  // namespace

JsonFields::~JsonFields() { wipe_memory(scratch_.data(), scratch_.size()); }

std::expected<JsonFields, BodyError> JsonFields::read(const Request& request,
                                                      std::initializer_list<std::string_view> known) {
  if (request.body.empty()) return JsonFields{};
  const Headers& headers = request.headers;
  if (headers.count(Field::content_type) != 1 || !is_json_media_type(headers[Field::content_type]))
    return std::unexpected(BodyError{BodyFault::unsupported_media_type, {}});
  return parse(request.body, known);
}

std::expected<JsonFields, BodyError> JsonFields::parse(std::string_view json,
                                                       std::initializer_list<std::string_view> known) {
  assert(known.size() <= fields_max);
  JsonFields fields;
  boost::json::parse_options options;
  options.max_depth = depth_max;
  options.allow_invalid_utf8 = true;  // in strings; the handler names the field that has it
  boost::json::basic_parser<JsonFieldsHandler> parser(options, json, known, fields);
  boost::json::error_code ec;
  const std::size_t read = parser.write_some(false, json.data(), json.size(), ec);
  const bool is_named = is_lone_surrogate(ec, json.substr(0, read)) && parser.handler().blame_open_value();
  const bool is_whole = !ec && read == json.size() && parser.done() && parser.handler().is_object();
  if (!is_whole && !is_named) return std::unexpected(invalid_json());
  if (FieldErrors errors = parser.handler().take_errors(); !errors.empty())
    return std::unexpected(BodyError{BodyFault::invalid_fields, std::move(errors)});
  return fields;
}

std::optional<std::string_view> JsonFields::operator[](std::size_t i) const {
  const Slot& slot = slots_[i];
  if (!slot.present) return std::nullopt;
  return slot.unescaped ? std::string_view{scratch_}.substr(slot.offset, slot.length) : slot.view;
}

}  // namespace gatehouse::http
