#include <fmt/format.h>

#include <cstring>
#include <map>

#include "element_types.h"
#include "gathered.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// What the stages of a foreach give, as one table: a row a stage, in the foreach's order, with the
/// foreach's values and the stage's scalars.
class Gather : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Scalars of all stages of a foreach as one table, with the foreach's values as columns");
    d.param("columns", columns_, "what is gathered; each name is an input, and a column")
        .required();
    d.further_inputs("scalars, an input for each name in columns: stage@*.port");
    for (const std::string& column : columns_)
      d.input(column, lists_[column], "scalars, one a stage of the foreach: stage@*.port").rank(0);
    d.output("table", table_, "a column for each name of the foreach, and the gathered ones");
  }

  void preflight(ComponentFactory&) override {
    if (columns_.empty())
      throw Error("parameter 'columns' is empty; name what is gathered, such as [loss]");
    const InputList<Array>& first = lists_.at(columns_[0]);
    for (const std::string& column : columns_) {
      const InputList<Array>& list = lists_.at(column);
      require_foreach(list);
      for (const auto& [axis, value] : list.foreach (0))
        if (axis == column)
          throw Error(
              fmt::format("column '{}' has the name of one of the foreach's: {}; give the "
                          "foreach another",
                          column, axis));
      if (list.size() != first.size())
        throw Error(fmt::format("input '{}' has {} items, and input '{}' {}; expected as many",
                                column, list.size(), columns_[0], first.size()));
      for (std::size_t i = 0; i < list.size(); ++i) {
        require_numbers(list[i]);
        if (list[i].element_type() != list[0].element_type())
          throw Error(
              fmt::format("input '{0}.{1}' is {2}, and input '{0}.0' is {3}: a column has "
                          "numbers of one type",
                          column, i, name(list[i].element_type()), name(list[0].element_type())));
        if (list.foreach (i) != first.foreach (i))
          throw Error(
              fmt::format("input '{0}.{2}' and input '{1}.{2}' are of stages with other "
                          "values of the foreach; expected the same, row by row",
                          column, columns_[0], i));
      }
    }
  }

  void run(Context&) override {
    Table table;
    const InputList<Array>& first = lists_.at(columns_[0]);
    add_foreach(first, std::vector<std::int64_t>(first.size(), 1), table);
    for (const std::string& column : columns_) {
      const InputList<Array>& list = lists_.at(column);
      Array values(list[0]->dtype(), {std::int64_t(list.size())});
      auto* to = static_cast<std::byte*>(values.mutable_data());
      for (std::size_t i = 0; i < list.size(); ++i, to += list[0]->bytes())
        std::memcpy(to, list[i]->data(), list[0]->bytes());
      table.add(column, std::move(values));
    }
    table_.set(std::move(table));
  }

 private:
  std::vector<std::string> columns_;
  std::map<std::string, InputList<Array>> lists_;
  Output<Table> table_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.gather", pipeline::data::Gather);
