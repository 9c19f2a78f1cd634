#pragma once

#include <string>

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// Arguments of a command that writes new files: `migrate make NAME [--directory PATH]`.
struct MakeOptions {
  std::string name;
  std::string directory;
};

/// `directory` is where the files go unless the command line says otherwise.
void define_make(CLI::App& command, MakeOptions& options, const std::string& directory);

}  // namespace gatehouse::cli
