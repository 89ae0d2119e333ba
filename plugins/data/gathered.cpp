#include "gathered.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace pipeline::data {
namespace {

std::vector<std::string> names_of(const ForeachValues& foreach) {
  std::vector<std::string> names;
  for (const auto& [name, value] : foreach) names.push_back(name);
  return names;
}

std::string text_of(const Value& value) {
  return value.is_string() ? value.as_string() : value.to_json();
}

// The texts in the order in which they first come.
void add_texts(const std::string& name, const std::vector<Value>& values, Table& table) {
  std::vector<std::string> categories;
  std::vector<std::int64_t> places;
  for (const Value& value : values) {
    const auto found = std::find(categories.begin(), categories.end(), text_of(value));
    places.push_back(found - categories.begin());
    if (found == categories.end()) categories.push_back(text_of(value));
  }
  table.add(name, Array::of(places), std::move(categories));
}

void add_column(const std::string& name, const std::vector<Value>& values, Table& table) {
  const auto all = [&](auto is) { return std::all_of(values.begin(), values.end(), is); };
  if (all([](const Value& value) { return value.is_int(); })) {
    std::vector<std::int64_t> numbers;
    for (const Value& value : values) numbers.push_back(value.as_int());
    table.add(name, Array::of(numbers));
  } else if (all([](const Value& value) { return value.is_number(); })) {
    std::vector<double> numbers;
    for (const Value& value : values) numbers.push_back(value.as_real());
    table.add(name, Array::of(numbers));
  } else {
    add_texts(name, values, table);
  }
}

}  // namespace

void require_foreach(const ListPort& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.foreach (i).empty())
      throw Error(
          fmt::format("input '{}.{}' is of a stage without foreach, so that its row would "
                      "have no values to tell it by; name stages of a foreach: stage@*.port",
                      list.info().name, i));
    if (names_of(list.foreach (i)) != names_of(list.foreach (0)))
      throw Error(
          fmt::format("input '{0}.{1}' is of a foreach over {2}, and input '{0}.0' of one "
                      "over {3}; one table takes the stages of foreachs with equal names",
                      list.info().name, i, fmt::join(names_of(list.foreach (i)), ", "),
                      fmt::join(names_of(list.foreach (0)), ", ")));
  }
}

void add_foreach(const ListPort& list, const std::vector<std::int64_t>& rows, Table& table) {
  for (std::size_t axis = 0; axis < list.foreach (0).size(); ++axis) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < list.size(); ++i)
      values.insert(values.end(), std::size_t(rows[i]), list.foreach (i)[axis].second);
    add_column(list.foreach (0)[axis].first, values, table);
  }
}

}  // namespace pipeline::data
