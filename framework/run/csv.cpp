#include "run/csv.h"

#include <fmt/format.h>

#include <iterator>

namespace pipeline::run {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string inside = "\"";
  for (const char c : text) inside += c == '"' ? "\"\"" : std::string(1, c);
  return inside + '"';
}

template <class T>
void append(std::string& line, const Array& values, std::int64_t row) {
  fmt::format_to(std::back_inserter(line), "{}", values.view<T>()[std::size_t(row)]);
}

void append_element(std::string& line, const Array& values, std::int64_t row) {
  switch (values.dtype()) {
    case DType::u8: return append<std::uint8_t>(line, values, row);
    case DType::i8: return append<std::int8_t>(line, values, row);
    case DType::u16: return append<std::uint16_t>(line, values, row);
    case DType::i16: return append<std::int16_t>(line, values, row);
    case DType::u32: return append<std::uint32_t>(line, values, row);
    case DType::i32: return append<std::int32_t>(line, values, row);
    case DType::u64: return append<std::uint64_t>(line, values, row);
    case DType::i64: return append<std::int64_t>(line, values, row);
    case DType::f32: return append<float>(line, values, row);
    case DType::f64: return append<double>(line, values, row);
    case DType::utf8: break;  // a column is of rank 1, and a text has no rows
  }
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
