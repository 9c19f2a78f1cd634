#include "config/key_rules.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/secret_strength.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view generate_remedy = "`gatehouse secrets generate` makes good ones";

/// A secret of the settings with its setting's name.
struct NamedSecret {
  std::string_view name;
  std::string_view secret;
};

std::vector<NamedSecret> named_secrets(const Form& form) {
  std::vector<NamedSecret> named;
  for (const FormEntry& entry : form.entries()) {
    if (entry.keys == nullptr) continue;
    for (const SecretString& secret : *entry.keys) named.push_back({entry.setting->name, secret.reveal()});
  }
  return named;
}

std::string_view describe(SecretWeakness weakness) {
  switch (weakness) {
    case SecretWeakness::none:
      return "";
    case SecretWeakness::too_short:
      return "is shorter than 32 characters";
    case SecretWeakness::example:
      return "is an example from a document, not a secret";
    case SecretWeakness::predictable:
      return "is easy to guess: it repeats itself or has too few different characters";
  }
  return "";
}

void check_missing(const Form& form, Mistakes& mistakes) {
  for (const FormEntry& entry : form.entries()) {
    if (entry.keys == nullptr || !entry.keys->empty() || !entry.is_needed()) continue;
    mistakes.push_back({std::string{entry.setting->name}, "is missing", std::string{generate_remedy}});
  }
}

/// Each pair once; the later one is at fault.
void check_repeated(std::span<const NamedSecret> named, Mistakes& mistakes) {
  for (std::size_t i = 0; i < named.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!equal_in_constant_time(named[i].secret, named[j].secret)) continue;
      const bool same_list = named[i].name == named[j].name;
      const std::string problem =
          same_list ? "contains the same secret twice" : "is also used as " + std::string{named[j].name};
      mistakes.push_back({std::string{named[i].name}, problem, "give each its own; " + std::string{generate_remedy}});
      break;
    }
  }
}

}  // namespace

Mistakes check_keys(const Form& form) {
  Mistakes mistakes;
  check_missing(form, mistakes);
  const auto named = named_secrets(form);
  for (const auto& [name, secret] : named) {
    const SecretWeakness weakness = weakness_of(secret);
    if (weakness == SecretWeakness::none) continue;
    mistakes.push_back({std::string{name}, std::string{describe(weakness)}, std::string{generate_remedy}});
  }
  check_repeated(named, mistakes);
  return mistakes;
}

}  // namespace gatehouse::config
