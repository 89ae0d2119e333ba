#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>

#include "cli/command.h"
#include "pipeline/error.h"

namespace pipeline::cli {
namespace po = boost::program_options;
namespace {

void print_help(const std::string& name, const std::vector<Option>& options) {
  for (const Command& command : kCommands)
    if (name == command.name)
      fmt::print("usage: pipeline {} {}\n\n{}.\n\n", name, command.usage, command.summary);
  for (const Option& option : options)
    fmt::print("  {:<18}{}\n", fmt::format("--{} {}", option.name, option.value), option.help);
}

}  // namespace

Arguments::Arguments(const char* command, const std::vector<std::string>& arguments,
                     const std::vector<Option>& options) {
  po::options_description description;
  description.add_options()("help,h", "")("positional", po::value<std::vector<std::string>>());
  std::vector<std::string> names = {"--help"};
  for (const Option& option : options) {
    if (*option.value)
      description.add_options()(option.name, po::value<std::string>(), option.help);
    else description.add_options()(option.name, option.help);
    names.push_back(std::string("--") + option.name);
  }
  try {
    namespace style = po::command_line_style;
    const auto parsed = po::command_line_parser(arguments)
                            .options(description)
                            .positional(po::positional_options_description().add("positional", -1))
                            .style(style::unix_style & ~style::allow_guessing)
                            .allow_unregistered()
                            .run();
    for (const po::option& option : parsed.options) {
      if (option.string_key == "positional") {
        positional_.insert(positional_.end(), option.value.begin(), option.value.end());
      } else if (option.unregistered) {
        const std::string& given = option.original_tokens.at(0);
        throw Error(fmt::format("pipeline {} has no option '{}'{}", command, given,
                                suggestion(given, names)));
      } else {
        options_[option.string_key] = option.value.empty() ? "" : option.value[0];
      }
    }
  } catch (const po::error& error) {
    throw Error(fmt::format("pipeline {}: {}", command, error.what()));
  }
  if (options_.count("help")) {
    wants_help_ = true;
    print_help(command, options);
  }
}

std::string Arguments::get(const std::string& option, const std::string& otherwise) const {
  const auto found = options_.find(option);
  return found == options_.end() ? otherwise : found->second;
}

int Arguments::get_int(const std::string& option, int otherwise, int min) const {
  if (!has(option)) return otherwise;
  const std::string text = get(option, "");
  std::size_t read = 0;
  int value = 0;
  try {
    value = std::stoi(text, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  if (read == 0 || read != text.size() || value < min)
    throw Error(fmt::format("--{} must be an integer of at least {}, got '{}'", option, min, text));
  return value;
}

}  // namespace pipeline::cli
