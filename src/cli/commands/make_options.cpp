#include "cli/commands/make_options.hpp"

#include <CLI/App.hpp>

namespace gatehouse::cli {

void define_make(CLI::App& command, MakeOptions& options, const std::string& directory) {
  options.directory = directory;
  const auto or_the_usual = [directory](const std::string& given) { return given.empty() ? directory : given; };
  command.add_option("name", options.name, "Lower-case letters, digits and _")->required()->type_name("NAME");
  command.add_option("--directory", options.directory, "Where to write [" + directory + "]")
      ->type_name("PATH")
      ->transform(or_the_usual);
}

}  // namespace gatehouse::cli
