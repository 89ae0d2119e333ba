#include "titles.h"

#include <functional>

#include "pipeline/error.h"
#include "script.h"

namespace plots {
namespace {

using pipeline::Error;

/// The pattern with each {name} replaced by what `value` gives for the name.
std::string filled(const std::string& pattern,
                   const std::function<std::string(const std::string&)>& value) {
  std::string result;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t end = pattern[i] == '{' ? pattern.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      result += pattern[i];
      continue;
    }
    result += value(pattern.substr(i + 1, end - i - 1));
    i = end;
  }
  return result;
}

}  // namespace

void check_title(const std::string& pattern, bool has_labels, bool has_predicted) {
  filled(pattern, [&](const std::string& name) -> std::string {
    if (name == "label" && !has_labels)
      throw Error("titles shows {label}, but the input labels is not wired");
    if (name == "predicted" && !has_predicted)
      throw Error("titles shows {predicted}, but the input predicted is not wired");
    if (name != "label" && name != "predicted" && name != "index" && name != "row")
      throw Error("titles has no {" + name + "}" +
                  pipeline::suggestion(name, {"index", "row", "label", "predicted"}));
    return "";
  });
}

std::string title_text(const std::string& pattern, const TitleValues& values,
                       const std::vector<std::string>& names) {
  return filled(pattern, [&](const std::string& name) {
    if (name == "index") return std::to_string(values.index);
    if (name == "row") return std::to_string(values.row);
    const double value = name == "label" ? values.label : values.predicted;
    const bool named =
        value >= 0 && value < double(names.size()) && value == double(std::size_t(value));
    return named ? names[std::size_t(value)] : whole_number(value);
  });
}

}  // namespace plots
