#include "pipeline/param_types.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "pipeline/declaration.h"
#include "pipeline/paths.h"

namespace pipeline {

Assign Assign::inside(std::string step) const {
  Assign inner = *this;
  inner.path_.push_back(std::move(step));
  return inner;
}

std::string Assign::subject() const {
  if (path_.empty()) return "the parameters";
  const std::string& last = path_.back();
  const bool index =
      std::all_of(last.begin(), last.end(), [](unsigned char c) { return std::isdigit(c); });
  if (!index || path_.size() < 2) return fmt::format("parameter '{}'", last);
  return fmt::format("item {} of '{}'", std::stoul(last) + 1, path_[path_.size() - 2]);
}

void Assign::error(std::string message, bool at_key) const {
  issues_->push_back({path_, std::move(message), at_key});
}

void Assign::mismatch(std::string_view expected, const Value& found) const {
  error(fmt::format("{} must be {}, got {}", subject(), expected, found.describe()));
}

std::filesystem::path Assign::base_directory() const { return base_directory_(path_); }

Value path_name(const std::filesystem::path& path) { return path.string(); }

PathRendering with_name(PathRendering paths) {
  return [paths = std::move(paths)](const std::filesystem::path& path) {
    Value value = paths(path);
    if (value.is_map()) value.map()["name"] = path.filename().string();
    return value;
  };
}

double shortest(float x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  double value = 0;
  std::from_chars(text, end, value);
  return float(value) == x ? value : double(x);  // double(x) too where x is no number
}

void ParamType<bool>::assign(bool& member, const Value& value, const Assign& at) {
  if (!value.is_bool()) return at.mismatch("true or false", value);
  member = value.as_bool();
}

void ParamType<std::string>::assign(std::string& member, const Value& value, const Assign& at) {
  if (!value.is_string())
    return at.mismatch(value.is_number() ? "a string (write it in quotes)" : "a string", value);
  member = value.as_string();
}

void ParamType<Path>::assign(Path& member, const Value& value, const Assign& at) {
  if (!value.is_string() || value.as_string().empty()) return at.mismatch("a path", value);
  member.file = tidied(at.base_directory() / value.as_string());
  std::error_code problem;
  const auto status = std::filesystem::status(member.file, problem);
  const std::string wrong = !std::filesystem::status_known(status)  ? problem.message()
                            : !std::filesystem::exists(status)      ? "no such file"
                            : std::filesystem::is_directory(status) ? "a folder, not a file"
                            : !std::filesystem::is_regular_file(status)
                                ? "a device or pipe, not a file"
                            : access(member.file.c_str(), R_OK) != 0 ? "a file that may not be read"
                                                                     : "";
  if (!wrong.empty())
    at.error(
        fmt::format("{} must be a file, got '{}': {}", at.subject(), member.file.string(), wrong));
}

void assign_parameters(Component& component, const Value& params, const Assign& at) {
  if (!params.is_null() && !params.is_map()) return at.mismatch("a map of parameters", params);
  Declaration declaration;
  component.declare(declaration);
  const Value::Map none;
  const Value::Map& given = params.is_null() ? none : params.as_map();
  for (const auto& [name, value] : given) {
    const auto& declared = declaration.params();
    const bool known =
        std::any_of(declared.begin(), declared.end(),
                    [&name = name](const auto& param) { return param->info().name == name; });
    if (!known)
      at.inside(name).error(fmt::format("{} has no parameter '{}'{}", component.id(), name,
                                        suggestion(name, declaration.param_names())),
                            /*at_key=*/true);
  }
  for (const auto& param : declaration.params()) {
    const auto found = given.find(param->info().name);
    if (found != given.end()) param->assign(found->second, at.inside(param->info().name));
    else if (param->info().required)
      at.error(fmt::format("{} needs the parameter '{}': {}", component.id(), param->info().name,
                           param->info().help),
               /*at_key=*/true);
  }
}

Value parameters_of(Component& component, const PathRendering& paths) {
  Declaration declaration;
  component.declare(declaration);
  Value::Map values;
  for (const auto& param : declaration.params())
    values.emplace(param->info().name, param->value(paths));
  return values;
}

std::unique_ptr<Component> assign_component(std::string_view kind, const Value& value,
                                            const Assign& at) {
  const bool named = value.is_string();
  if (!named && !(value.is_map() && value.as_map().size() == 1)) {
    at.mismatch(
        fmt::format("one {}: a name, or one name with parameters ('{{name: {{…}}}}')", kind),
        value);
    return nullptr;
  }
  const std::string id = named ? value.as_string() : value.as_map().begin()->first;
  std::unique_ptr<Component> component;
  try {
    component = at.components().make_unset(kind, id);
  } catch (const Error& missing) {  // says what there is, and what could not be loaded
    (named ? at : at.inside(id)).error(missing.what(), !named);
    return nullptr;
  }
  const std::size_t issues = at.issues().size();
  if (named) assign_parameters(*component, Value(), at);
  else assign_parameters(*component, value.as_map().begin()->second, at.inside(id));
  if (at.issues().size() == issues) at.components().finished(*component);
  return component;
}

}  // namespace pipeline
