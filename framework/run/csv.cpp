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

void append_element(std::string& line, const Array& values, std::int64_t row) {
  with_elements(values, [&](auto elements) {
    fmt::format_to(std::back_inserter(line), "{}", elements[std::size_t(row)]);
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
      append_element(text, table.columns()[i].values, row);
      end_cell(i);
    }
  return text;
}

}  // namespace pipeline::run
