#include "config/reading.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <utility>

#include "base/base64url.hpp"
#include "config/checks.hpp"
#include "config/dotenv.hpp"
#include "config/key_rules.hpp"
#include "config/names.hpp"

namespace gatehouse::config {
namespace {

constexpr std::size_t generated_secret_bytes = 32;
constexpr std::string_view hidden = "(hidden)";

void append(Mistakes& to, Mistakes from) { std::ranges::move(from, std::back_inserter(to)); }

/// One reading of the sources. Its steps run once, in the order of run().
class Reader {
 public:
  Reader(const Form& form, const Sources& sources, crypto::Random& random)
      : form_(form), catalog_(form.catalog()), sources_(sources), random_(random) {}

  Reading run() {
    reading_.dotenv_name = sources_.dotenv_name;
    const Lookup lookup{catalog_, sources_.environment, read_dotenv()};
    read_development_secrets();
    for (const FormEntry& entry : form_.entries()) resolve(entry, lookup);
    append(strict(), lookup.unknown_names());
    check_dotenv_is_private();
    check();
    show_what_was_supplied();  // after the rules: a supplied value must not count as given
    if (reading_.mistakes.empty()) generate_missing_keys();
    return std::move(reading_);
  }

 private:
  /// Where a breach of production's rules is recorded.
  Mistakes& strict() { return form_.environment() == Environment::production ? reading_.mistakes : reading_.warnings; }

  Lookup::Variables read_dotenv() {
    if (!sources_.dotenv) return {};
    auto read = parse_dotenv(*sources_.dotenv);
    if (!read) {
      reading_.mistakes.push_back({dotenv_line(read.error().line), read.error().message, "correct the file"});
      return {};
    }
    Lookup::Variables variables;
    for (const std::size_t line : read->strange_lines) {
      reading_.warnings.push_back({dotenv_line(line), "is not NAME=value", "it is ignored; correct or remove it"});
    }
    for (DotenvEntry& entry : read->entries) {
      warn_of_disagreement(entry);
      const auto [place, is_new] = variables.insert_or_assign(std::move(entry.name), std::move(entry.value));
      if (is_new) continue;
      const std::string line = std::to_string(entry.line);
      reading_.warnings.push_back({place->first,
                                   "is set twice in " + sources_.dotenv_name + " (last on line " + line + ")",
                                   "the last one takes effect; remove the others"});
    }
    return variables;
  }

  /// Names a line of the file, for people; 0 means the whole file.
  [[nodiscard]] std::string dotenv_line(std::size_t line) const {
    return line == 0 ? sources_.dotenv_name : sources_.dotenv_name + " line " + std::to_string(line);
  }

  /// Several programs read the same file, and they do not all read it alike.
  void warn_of_disagreement(const DotenvEntry& entry) {
    const bool is_prefixed = entry.name.starts_with(name_prefix);
    const std::string_view name = std::string_view{entry.name}.substr(is_prefixed ? name_prefix.size() : 0);
    if (entry.disagreement.empty() || !is_known_name(catalog_, name)) return;
    reading_.warnings.push_back({entry.name,
                                 std::string{entry.disagreement} + " in " + dotenv_line(entry.line) +
                                     ", which Compose reads differently from node and Gatehouse",
                                 "put the value in single quotes, which all of them read the same way"});
  }

  void warn_of_public_file(const std::string& variable) {
    if (form_.environment() != Environment::production) return;
    reading_.warnings.push_back(
        {variable, "names a file that every user of this machine may read", "chmod 600 the file"});
  }

  void check_dotenv_is_private() {
    if (!sources_.is_dotenv_public || form_.environment() != Environment::production) return;
    reading_.warnings.push_back(
        {sources_.dotenv_name, "may be read by every user of this machine", "chmod 600 " + sources_.dotenv_name});
  }

  /// Except in production, secrets that `./dev serve` made replace missing ones.
  std::optional<Given> find_given(const Setting& setting, const Lookup& lookup) {
    auto given = lookup.find(setting, reading_.mistakes);
    const bool is_missing = !given || given->text.empty();
    if (!is_missing || setting.secrecy != Secrecy::key || form_.environment() == Environment::production) return given;
    const auto made = development_secrets_.find(setting.name);
    if (made == development_secrets_.end()) return given;
    return Given{made->second, Origin::development_secrets, std::string{setting.name}};
  }

  void read_development_secrets() {
    const auto read = sources_.development_secrets ? parse_dotenv(*sources_.development_secrets) : Dotenv{};
    if (!read) return;
    for (const DotenvEntry& entry : read->entries) development_secrets_[entry.name] = entry.value;
  }

  void resolve(const FormEntry& entry, const Lookup& lookup) {
    const Setting& setting = *entry.setting;
    auto given = find_given(setting, lookup);
    if (given && given->is_public) warn_of_public_file(given->variable);
    const bool has_value = given && !given->text.empty();
    const std::string_view fallback = default_text(setting, form_.environment());
    const std::string_view text = has_value ? std::string_view{given->text} : fallback;
    // Settings start out as the defaults of every environment but production.
    const bool differs = has_value || (!fallback.empty() && fallback != setting.default_text);
    if (differs && !is_replaced(setting, lookup)) apply(entry, text);
    // A secret never enters `shown`: a shorter text written over it later would leave a part of it in memory.
    const bool hides = setting.is_secret() && !text.empty();
    ResolvedSetting resolved{&setting, std::string{hides ? hidden : text}, Origin::fallback, ""};
    if (has_value) {
      resolved.origin = given->origin;
      resolved.variable = std::move(given->variable);
      if (setting.is_secret()) wipe_memory(given->text.data(), given->text.size());
    }
    reading_.resolved.push_back(std::move(resolved));
  }

  /// Null if the form has no such setting.
  ResolvedSetting* find(std::string_view name) {
    const auto one = std::ranges::find(reading_.resolved, name, [](const auto& each) { return each.setting->name; });
    return one == reading_.resolved.end() ? nullptr : &*one;
  }

  /// Whether the setting that this one stands in for is given itself. An empty value does not count.
  [[nodiscard]] bool is_replaced(const Setting& setting, const Lookup& lookup) const {
    const Setting* other = find_setting(catalog_, setting.stands_in_for);
    if (other == nullptr) return false;
    Mistakes told_at_its_own_turn;
    const auto given = lookup.find(*other, told_at_its_own_turn);
    return given && !given->text.empty();
  }

  [[nodiscard]] bool is_given(std::string_view name) {
    const ResolvedSetting* one = find(name);
    return one != nullptr && one->origin != Origin::fallback;
  }

  /// If a supplied value differs from what the setting was resolved to, shows the supplied value and its origin
  /// instead.
  void show_what_was_supplied() {
    for (Supplied& supplied : form_.supplied()) {
      ResolvedSetting* one = find(supplied.name);
      if (one == nullptr || one->shown == supplied.value || !is_given(supplied.source)) continue;
      one->shown = std::move(supplied.value);
      one->origin = find(supplied.source)->origin;
      one->variable = find(supplied.source)->variable;
    }
  }

  void check() {
    Checks checks{form_.environment(), [this](std::string_view name) { return is_given(name); }};
    form_.check(checks);
    append(reading_.mistakes, checks.mistakes());
    append(strict(), checks.breaches());
    append(strict(), check_keys(form_));
    append(reading_.warnings, checks.advice());
  }

  void apply(const FormEntry& entry, std::string_view text) {
    const Setting& setting = *entry.setting;
    const bool has_nul = text.find('\0') != std::string_view::npos;
    const auto applied = has_nul ? Parsed<void>{std::unexpected(Unreadable{"free of NUL bytes"})} : entry.read(text);
    if (applied) return;
    std::string remedy = "correct it";
    if (!setting.default_text.empty()) remedy += ", or remove it for the default, " + std::string{setting.default_text};
    reading_.mistakes.push_back(
        {std::string{setting.name}, "must be " + applied.error().expectation, std::move(remedy)});
  }

  void generate_missing_keys() {
    for (const FormEntry& entry : form_.entries()) {
      if (entry.keys == nullptr || !entry.keys->empty() || !entry.is_needed()) continue;
      std::string secret = generate_secret(random_);
      entry.keys->emplace_back(secret);
      wipe_memory(secret.data(), secret.size());
      ResolvedSetting* one = find(entry.setting->name);
      one->origin = Origin::generated;
      one->shown = hidden;
    }
  }

  const Form& form_;
  const Catalog catalog_;
  const Sources& sources_;
  crypto::Random& random_;
  std::map<std::string, std::string, std::less<>> development_secrets_;
  Reading reading_;
};

}  // namespace

Reading read_into(const Form& form, const Sources& sources, crypto::Random& random) {
  return Reader{form, sources, random}.run();
}

std::string generate_secret(crypto::Random& random) {
  std::array<char, generated_secret_bytes> bytes{};
  random.fill(std::as_writable_bytes(std::span{bytes}));
  std::string secret = to_base64url({bytes.data(), bytes.size()});
  wipe_memory(bytes.data(), bytes.size());
  return secret;
}

}  // namespace gatehouse::config
