#include "config/load.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/base64url.hpp"
#include "config/dotenv.hpp"
#include "config/lookup.hpp"
#include "config/rules.hpp"

namespace gatehouse::config {
namespace {

constexpr std::size_t generated_secret_bytes = 32;
constexpr std::string_view hidden = "(hidden)";

void append(Mistakes& to, Mistakes from) { std::ranges::move(from, std::back_inserter(to)); }

/// One reading of the sources; its steps run once, in the order of run().
class Loader {
 public:
  Loader(const Sources& sources, crypto::Random& random) : sources_(sources), random_(random) {}

  Reading run() {
    loaded_.dotenv_name = sources_.dotenv_name;
    const Lookup lookup{sources_.environment, read_dotenv()};
    environment_is_given_ = lookup.find(*find_setting("APP_ENV"), mistakes_).has_value();
    for (const Setting& setting : catalog()) resolve(setting, lookup.find(setting, mistakes_));
    const auto is_given = [this](std::string_view name) { return find(name).origin != Origin::fallback; };
    show_what_applies();
    append(strict(), lookup.unknown_names());
    append(mistakes_, check_combinations(loaded_.settings));
    append(mistakes_, check_keys(loaded_.settings));
    append(strict(), check_database_choice(loaded_.settings, is_given));
    append(strict(), check_secrets(loaded_.settings));
    append(loaded_.warnings, advise(loaded_.settings, is_given));
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
    const bool counts = setting.name != "NODE_ENV" || !environment_is_given_;
    if (counts && (has_value || (!fallback.empty() && fallback != setting.default_text))) apply(setting, text);
    // A secret never enters `shown`: what is written over it may be shorter.
    const bool hides = setting.secret && !text.empty();
    ResolvedSetting resolved{&setting, std::string{hides ? hidden : text}, Origin::fallback, ""};
    if (has_value) {
      resolved.origin = given->origin;
      resolved.variable = std::move(given->variable);
      if (setting.secret) wipe_memory(given->text.data(), given->text.size());
    }
    loaded_.resolved.push_back(std::move(resolved));
  }

  ResolvedSetting& find(std::string_view name) {
    return *std::ranges::find(loaded_.resolved, name, [](const auto& one) { return one.setting->name; });
  }

  /// NODE_ENV stands for APP_ENV where that is not given, and what DATABASE_URL holds wins over the names for it.
  void show_what_applies() {
    const Settings& settings = loaded_.settings;
    const PostgresSettings& postgres = settings.database.postgres;
    show("APP_ENV", std::string{to_text(settings.environment)}, "NODE_ENV");
    show("SQLITE_PATH", settings.database.sqlite.path, "DATABASE_URL");
    if (settings.database.kind == DatabaseKind::sqlite) return;
    show("DB_HOST", postgres.host, "DATABASE_URL");
    show("DB_PORT", std::to_string(postgres.port), "DATABASE_URL");
    show("DB_NAME", postgres.name, "DATABASE_URL");
    show("DB_USER", postgres.user, "DATABASE_URL");
    show("DB_SSL", postgres.ssl ? "true" : "false", "DATABASE_URL");
  }

  /// Where `value` is not what `name` was resolved to, it came from `other`.
  void show(std::string_view name, std::string value, std::string_view other) {
    ResolvedSetting& one = find(name);
    if (one.shown == value || find(other).origin == Origin::fallback) return;
    one.shown = std::move(value);
    one.origin = find(other).origin;
    one.variable = find(other).variable;
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
    find(name).origin = Origin::generated;
    find(name).shown = hidden;
  }

  const Sources& sources_;
  crypto::Random& random_;
  Loaded loaded_;
  Mistakes mistakes_;
  bool environment_is_given_ = false;  ///< by APP_ENV
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
  std::string secret = to_base64url({bytes.data(), bytes.size()});
  wipe_memory(bytes.data(), bytes.size());
  return secret;
}

}  // namespace gatehouse::config
