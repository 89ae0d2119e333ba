#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

/// What the user gave is wrong, or the world is not as the user said it was. The message says what
/// was found, what was expected and what to do; the host adds where (file, stage, component).
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown by Context::check_cancelled(); passes through a stage's run() untouched.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// The name among `candidates` that `name` is most likely a misspelling of, or "" where none is
/// near (Damerau-Levenshtein distance of at most a third of the length, at least 1).
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" where a near name exists, else "; known: a, b, c" for up to 12 names.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace pipeline
