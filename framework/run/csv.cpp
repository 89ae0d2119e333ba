#include "run/csv.h"

#include <fmt/format.h>

#include <iterator>

#include "pipeline/elements.h"

namespace pipeline::run {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string inside = "\"";
  for (const char c : text) inside += c == '"' ? "\"\"" : std::string(1, c);
  return inside + '"';
}

void append_element(std::string& line, const Table::Column& column, std::int64_t row) {
  if (!column.categories.empty()) {
    const std::int64_t category = column.values.view<std::int64_t>()[std::size_t(row)];
    line += quoted(column.categories[std::size_t(category)]);
    return;
  }
  with_elements(column.values, [&](auto values) {
    fmt::format_to(std::back_inserter(line), "{}", values[std::size_t(row)]);
  });
}

}  // namespace

std::string csv_of(const Table& table) {
  std::string text;
  const auto end_cell = [&](std::size_t column) {
    text += column + 1 < table.columns().size() ? ',' : '\n';
  };
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    text += quoted(table.columns()[i].name);
    end_cell(i);
  }
  for (std::int64_t row = 0; row < table.rows(); ++row)
    for (std::size_t i = 0; i < table.columns().size(); ++i) {
      append_element(text, table.columns()[i], row);
      end_cell(i);
    }
  return text;
}

}  // namespace pipeline::run
