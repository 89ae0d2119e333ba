#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>

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
                     const std::vector<Option>& options)
    : command_(command) {
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

int Arguments::get_int(const std::string& option, int otherwise, int min, int max) const {
  if (!has(option)) return otherwise;
  const std::string text = get(option, "");
  const char* const end = text.data() + text.size();
  int value = 0;
  const auto [read, problem] = std::from_chars(text.data(), end, value);
  const bool beyond = problem == std::errc::result_out_of_range && text[0] != '-';
  if (read == end && (beyond || (problem == std::errc() && value > max)))
    throw Error(fmt::format("--{} must be an integer of at most {}, got '{}'", option, max, text));
  if (read != end || problem != std::errc() || value < min)
    throw Error(fmt::format("--{} must be an integer of at least {}, got '{}'", option, min, text));
  return value;
}

void Arguments::at_most(std::size_t count) const {
  if (positional_.size() <= count) return;
  std::string what = command_;
  for (std::size_t i = 0; i < count; ++i) what += " " + positional_[i];
  throw Error(
      fmt::format("pipeline {} takes no further arguments, got '{}'", what, positional_[count]));
}

std::string near_miss(const std::string& word, const std::vector<std::string>& words) {
  const std::string near = nearest_name(word, words);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

}  // namespace pipeline::cli
