#include "config/load.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "config/dotenv.hpp"
#include "config/lookup.hpp"
#include "config/rules.hpp"
#include "crypto/base64url.hpp"

namespace gatehouse::config {
namespace {

constexpr std::size_t generated_secret_bytes = 32;

void append(Mistakes& to, Mistakes from) { std::ranges::move(from, std::back_inserter(to)); }

/// One reading of the sources; its steps run once, in the order of run().
class Loader {
 public:
  Loader(const Sources& sources, crypto::Random& random) : sources_(sources), random_(random) {}

  Reading run() {
    loaded_.dotenv_name = sources_.dotenv_name;
    const Lookup lookup{sources_.environment, read_dotenv()};
    for (const Setting& setting : catalog()) resolve(setting, lookup.find(setting, mistakes_));
    append(strict(), lookup.unknown_names());
    append(mistakes_, check_combinations(loaded_.settings));
    append(strict(), check_secrets(loaded_.settings));
    append(loaded_.warnings, advise(loaded_.settings, [this](std::string_view name) { return is_given(name); }));
    if (mistakes_.empty()) generate_missing_secrets();
    return {std::move(loaded_), std::move(mistakes_)};
  }

 private:
  /// Where a breach of production's rules goes.
  Mistakes& strict() { return loaded_.settings.environment == Environment::production ? mistakes_ : loaded_.warnings; }

  Lookup::Variables read_dotenv() {
    if (!sources_.dotenv) return {};
    auto entries = parse_dotenv(*sources_.dotenv);
    if (!entries) {
      const std::size_t line = entries.error().line;
      const std::string& file = sources_.dotenv_name;
      const std::string where = line == 0 ? file : file + " line " + std::to_string(line);
      mistakes_.push_back({where, entries.error().message, "correct the file"});
      return {};
    }
    Lookup::Variables variables;
    for (DotenvEntry& entry : *entries) {
      const auto [place, is_new] = variables.insert_or_assign(std::move(entry.name), std::move(entry.value));
      if (is_new) continue;
      const std::string line = std::to_string(entry.line);
      loaded_.warnings.push_back({place->first,
                                  "stands twice in " + sources_.dotenv_name + ", the last time in line " + line,
                                  "the last one counts; remove the others"});
    }
    return variables;
  }

  void resolve(const Setting& setting, std::optional<Given> given) {
    Settings& settings = loaded_.settings;
    const bool has_value = given && !given->text.empty();
    const std::string_view fallback = default_text(setting, settings.environment);
    const std::string_view text = has_value ? std::string_view{given->text} : fallback;
    // Settings start out as the defaults of every environment but production.
    if (has_value || (!fallback.empty() && fallback != setting.default_text)) apply(setting, text);
    ResolvedSetting resolved{&setting, std::string{text}, Origin::fallback, ""};
    if (setting.secret && !text.empty()) resolved.shown = "(hidden)";
    if (has_value) {
      resolved.origin = given->origin;
      resolved.variable = std::move(given->variable);
    }
    loaded_.resolved.push_back(std::move(resolved));
  }

  void apply(const Setting& setting, std::string_view text) {
    const bool has_nul = text.find('\0') != std::string_view::npos;
    const auto applied = has_nul ? Parsed<void>{std::unexpected{Unreadable{"free of NUL bytes"}}}
                                 : setting.apply(loaded_.settings, text);
    if (applied) return;
    std::string remedy = "correct it";
    if (!setting.default_text.empty()) remedy += " or leave it out for " + std::string{setting.default_text};
    mistakes_.push_back({std::string{setting.name}, "is not " + applied.error().expectation, std::move(remedy)});
  }

  bool is_given(std::string_view name) const {
    const auto found = std::ranges::find(loaded_.resolved, name, [](const auto& one) { return one.setting->name; });
    return found != loaded_.resolved.end() && found->origin != Origin::fallback;
  }

  void generate_missing_secrets() {
    Settings& settings = loaded_.settings;
    if (settings.api_keys.empty()) generate("API_KEY", settings.api_keys);
    if (settings.sessions.secrets.empty()) generate("SESSION_SECRET", settings.sessions.secrets);
    if (settings.tokens.secrets.empty() && settings.tokens.private_key_pem.empty())
      generate("JWT_SECRET", settings.tokens.secrets);
  }

  void generate(std::string_view name, std::vector<SecretString>& secrets) {
    std::string secret = generate_secret(random_);
    secrets.emplace_back(secret);
    wipe_memory(secret.data(), secret.size());
    const auto found = std::ranges::find(loaded_.resolved, name, [](const auto& one) { return one.setting->name; });
    found->origin = Origin::generated;
    found->shown = "(hidden)";
  }

  const Sources& sources_;
  crypto::Random& random_;
  Loaded loaded_;
  Mistakes mistakes_;
};

}  // namespace

std::string_view to_text(Origin origin) {
  switch (origin) {
    case Origin::fallback:
      return "default";
    case Origin::dotenv:
      return ".env";
    case Origin::environment:
      return "environment";
    case Origin::generated:
      return "generated";
  }
  return "default";
}

std::expected<Loaded, Mistakes> load_settings(const Sources& sources, crypto::Random& random) {
  Reading reading = read_settings(sources, random);
  if (!reading.mistakes.empty()) return std::unexpected{std::move(reading.mistakes)};
  return std::move(reading.loaded);
}

Reading read_settings(const Sources& sources, crypto::Random& random) { return Loader{sources, random}.run(); }

std::string generate_secret(crypto::Random& random) {
  std::array<char, generated_secret_bytes> bytes{};
  random.fill(std::as_writable_bytes(std::span{bytes}));
  std::string secret = crypto::to_base64url({bytes.data(), bytes.size()});
  wipe_memory(bytes.data(), bytes.size());
  return secret;
}

}  // namespace gatehouse::config
