#include "pipeline/artifact.h"

#include <fmt/format.h>

#include <algorithm>

namespace pipeline {
namespace {

const Array& array_of(const Artifact& artifact, const std::string& path) {
  const auto found = artifact.arrays.find(path);
  if (found == artifact.arrays.end()) throw Error(fmt::format("it holds no array '{}'", path));
  return found->second;
}

// It becomes part of a file's name, in a folder that is not the plugin's.
void require_extension(const std::string& extension) {
  const bool fits =
      !extension.empty() && std::all_of(extension.begin(), extension.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      });
  if (!fits)
    throw Error(fmt::format("a file's extension must be letters and digits, as in 'png', got '{}'",
                            extension));
}

}  // namespace

void Table::add(std::string name, Array values, std::vector<std::string> categories) {
  if (values.shape().size() != 1)
    throw Error(
        fmt::format("column '{}' must have rank 1, got {}", name, to_string(values.shape())));
  if (has(name)) throw Error(fmt::format("the table has a column '{}' already", name));
  if (!columns_.empty() && values.size() != rows())
    throw Error(fmt::format("column '{}' has {} rows, the table {}", name, values.size(), rows()));
  if (!categories.empty())
    for (const std::int64_t value : values.view<std::int64_t>())
      if (value < 0 || value >= std::int64_t(categories.size()))
        throw Error(fmt::format("column '{}' has {} categories, and a value {}, which is none",
                                name, categories.size(), value));
  columns_.push_back({std::move(name), std::move(values), std::move(categories)});
}

bool Table::has(std::string_view name) const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [&](const Column& column) { return column.name == name; });
}

const Table::Column& Table::at(std::string_view name) const {
  std::vector<std::string> names;
  for (const Column& column : columns_) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  throw Error(fmt::format("the table has no column '{}'{}", name, suggestion(name, names)));
}

std::int64_t Table::rows() const { return columns_.empty() ? 0 : columns_[0].values.size(); }

Artifact ArtifactCodec<Table>::encode(Table&& table) {
  Artifact artifact;
  Value::List order;
  Value::Map categories;
  for (const Table::Column& column : table.columns()) {
    order.push_back(column.name);
    artifact.arrays.emplace(column.name, column.values);
    if (!column.categories.empty())
      categories[column.name] = Value::List(column.categories.begin(), column.categories.end());
  }
  artifact.attributes["columns"] = std::move(order);
  if (!categories.empty()) artifact.attributes["categories"] = std::move(categories);
  return artifact;
}

Table ArtifactCodec<Table>::decode(const Artifact& artifact) {
  const Value attributes(artifact.attributes);
  Table table;
  const Value& categories = attributes.get("categories");
  for (const Value& name : attributes.at("columns").as_list()) {
    std::vector<std::string> texts;
    if (categories.is_map() && categories.has(name.as_string()))
      for (const Value& text : categories.at(name.as_string()).as_list())
        texts.push_back(text.as_string());
    table.add(name.as_string(), array_of(artifact, name.as_string()), std::move(texts));
  }
  return table;
}

Artifact ArtifactCodec<Figure>::encode(Figure&& figure) {
  Artifact artifact;
  for (const auto& [extension, bytes] : figure.files) {
    require_extension(extension);
    artifact.arrays.emplace("files/" + extension,
                            Array::of(std::vector<std::uint8_t>(bytes.begin(), bytes.end())));
  }
  for (auto& [name, array] : figure.data) artifact.arrays.emplace("data/" + name, std::move(array));
  return artifact;
}

Figure ArtifactCodec<Figure>::decode(const Artifact& artifact) {
  Figure figure;
  constexpr std::string_view kFiles = "files/", kData = "data/";
  for (const auto& [path, array] : artifact.arrays) {
    if (path.starts_with(kFiles)) {
      const std::string extension = path.substr(kFiles.size());
      require_extension(extension);
      const auto bytes = array.view<std::uint8_t>();
      figure.files.emplace(extension,
                           std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    } else if (path.starts_with(kData)) {
      figure.data.emplace(path.substr(kData.size()), array);
    }
  }
  return figure;
}

Artifact ArtifactCodec<Text>::encode(Text&& text) {
  require_extension(text.extension);
  Artifact artifact;
  artifact.arrays.emplace("text", Array::text(text.text));
  artifact.attributes["extension"] = text.extension;
  return artifact;
}

Text ArtifactCodec<Text>::decode(const Artifact& artifact) {
  Text text{std::string(array_of(artifact, "text").text())};
  if (const auto found = artifact.attributes.find("extension"); found != artifact.attributes.end())
    text.extension = found->second.as_string();
  require_extension(text.extension);
  return text;
}

}  // namespace pipeline
