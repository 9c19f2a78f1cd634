#include "cli/commands/password_prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace gatehouse::cli {
namespace {

/// While it lives, the terminal does not show what is typed.
class HiddenTyping {
 public:
  HiddenTyping() : is_terminal_(tcgetattr(STDIN_FILENO, &shown_) == 0) {
    if (!is_terminal_) return;
    termios hidden = shown_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenTyping() {
    if (is_terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_);
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

 private:
  termios shown_{};
  bool is_terminal_;
};

SecretString read_line(std::istream& in) {
  std::string line;
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  SecretString secret{line};
  wipe_memory(line.data(), line.size());
  return secret;
}

SecretString read_hidden(const Program& program, std::string_view prompt) {
  program.err << prompt << std::flush;
  const HiddenTyping hidden;
  SecretString typed = read_line(program.in);
  program.err << '\n';
  return typed;
}

}  // namespace

std::optional<SecretString> ask_password(const Program& program) {
  if (!program.is_interactive) {
    SecretString password = read_line(program.in);
    if (!password.empty()) return password;
    program.err << "The first line of standard input must be the password\n";
    return std::nullopt;
  }
  SecretString password = read_hidden(program, "Password: ");
  const SecretString again = read_hidden(program, "Password again: ");
  if (password.equals(again.reveal())) return password;
  program.err << "The passwords do not match\n";
  return std::nullopt;
}

}  // namespace gatehouse::cli
