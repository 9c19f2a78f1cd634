#include "database/postgres/client_program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace gatehouse::database::postgres {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> variables{{
    {"dbname", "PGDATABASE"},
    {"user", "PGUSER"},
    {"application_name", "PGAPPNAME"},
    {"options", "PGOPTIONS"},
    {"target_session_attrs", "PGTARGETSESSIONATTRS"},
    {"channel_binding", "PGCHANNELBINDING"},
    {"gssencmode", "PGGSSENCMODE"},
    {"sslmode", "PGSSLMODE"},
    {"sslrootcert", "PGSSLROOTCERT"},
    {"ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"},
    {"sslcert", "PGSSLCERT"},
    {"sslkey", "PGSSLKEY"},
    {"sslcrl", "PGSSLCRL"},
    {"passfile", "PGPASSFILE"},
}};

SecretString variable(std::string_view name, std::string_view value) {
  std::string text{name};
  text += '=';
  text += value;
  SecretString made{text};
  wipe_memory(text.data(), text.size());
  return made;
}

struct ServerLists {
  std::string hosts;
  std::string ports;
};

ServerLists lists_of(const ConnectOptions& options) {
  ServerLists lists;
  for (const ServerAddress& server : options.servers) {
    lists.hosts += (lists.hosts.empty() ? "" : ",") + server.host;
    lists.ports += (lists.ports.empty() ? "" : ",") + std::to_string(server.port);
  }
  return lists;
}

std::string keyword(const ConnectOptions& options, std::string_view name) {
  for (const auto& [key, value] : options.keywords) {
    if (key == name) return value;
  }
  return {};
}

bool is_plain(char letter) {
  constexpr std::string_view others = "-_./=:,@%+";
  const bool is_alphanumeric =
      (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
  return is_alphanumeric || others.find(letter) != std::string_view::npos;
}

std::string quoted(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? std::string{"'\\''"} : std::string{letter};
  return text + "'";
}

}  // namespace

std::vector<SecretString> client_environment(const ConnectOptions& options) {
  std::vector<SecretString> environment;
  for (const auto& [key, name] : variables) {
    const std::string value = keyword(options, key);
    if (!value.empty()) environment.push_back(variable(name, value));
  }
  const auto timeout_s = std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(options.timeout).count());
  const ServerLists servers = lists_of(options);
  environment.push_back(variable("PGHOST", servers.hosts));
  environment.push_back(variable("PGPORT", servers.ports));
  environment.push_back(variable("PGCONNECT_TIMEOUT", std::to_string(timeout_s)));
  if (!options.password.empty()) environment.push_back(variable("PGPASSWORD", options.password.reveal()));
  return environment;
}

std::vector<std::string> connection_arguments(const ConnectOptions& options) {
  const ServerLists servers = lists_of(options);
  return {"--host=" + servers.hosts, "--port=" + servers.ports, "--username=" + keyword(options, "user"),
          "--dbname=" + keyword(options, "dbname"), "--no-password"};
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted(word);
  return line;
}

int major_version_in(std::string_view text) {
  const std::size_t at = text.find_first_of("0123456789");
  int version = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at, text.data() + text.size(), version);
  return version;
}

std::expected<runtime::ChildProcess, std::string> start_client(const runtime::ChildCommand& command) {
  auto started = runtime::ChildProcess::start(command);
  if (started) return *std::move(started);
  const std::string& program = command.words.front();
  if (started.error() == std::errc::no_such_file_or_directory) {
    return std::unexpected(program + " was not found; it comes with Debian's package postgresql-client");
  }
  return std::unexpected(program + " cannot be started: " + started.error().message());
}

std::expected<std::string, std::string> version_of(const std::string& program, const std::atomic<bool>& stopping) {
  auto ends = runtime::make_pipe();
  auto child = start_client({.words = {program, "--version"}, .output = ends.write.get()});
  if (!child) return std::unexpected(child.error());
  ends.write.close();
  std::string text;
  const bool is_read = runtime::read_to_end(ends.read, stopping, [&text](std::string_view bytes) {
    constexpr std::size_t line_bytes_max = 1024;
    text += bytes;
    return text.size() < line_bytes_max;
  });
  if (!is_read || child->wait(stopping) != 0) return std::unexpected(program + " --version failed");
  return text;
}

}  // namespace gatehouse::database::postgres
