#pragma once
#include <climits>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pipeline::cli {

/// An option `--name VALUE`, or `--name` alone where `value` is "".
struct Option {
  const char* name;
  const char* value;
  const char* help;
};

/// A command's arguments, parsed; Error for an unknown option or a missing value.
class Arguments {
 public:
  /// Prints help and sets wants_help() where `--help` is among them.
  Arguments(const char* command, const std::vector<std::string>& arguments,
            const std::vector<Option>& options);

  bool wants_help() const { return wants_help_; }
  const std::vector<std::string>& positional() const { return positional_; }
  bool has(const std::string& option) const { return options_.count(option) > 0; }
  std::string get(const std::string& option, const std::string& otherwise) const;
  /// Error unless the value is an integer from `min` to `max`.
  int get_int(const std::string& option, int otherwise, int min, int max = INT_MAX) const;
  /// Error if there are more than `count` positional arguments.
  void at_most(std::size_t count) const;

 private:
  std::string command_;
  bool wants_help_ = false;
  std::vector<std::string> positional_;
  std::map<std::string, std::string> options_;
};

/// "; did you mean 'dot'?", or "": for messages that list all the words there are.
std::string near_miss(const std::string& word, const std::vector<std::string>& words);

inline constexpr Option kJson = {"json", "", "print JSON for scripts"};
inline constexpr Option kCheckFiles = {
    "check-files", "", "read all files outside the cache, whatever their times say"};
inline constexpr Option kCache = {"cache", "DIR", "the cache's folder (default: .pipeline)"};

}  // namespace pipeline::cli
