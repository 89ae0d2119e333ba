#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

#include "gathered.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// The tables of all stages of a foreach below each other, with the foreach's values in front: the
/// histories of several trainings, for one.
class GatherTables : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Tables of all stages of a foreach as one, with the foreach's values as columns");
    d.input("tables", tables_, "tables with equal columns: stage@*.port");
    d.output("table", table_, "a column for each name of the foreach, and those of the tables");
  }

  void preflight(ComponentFactory&) override { require_foreach(tables_); }

  void run(Context& context) override {
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      require_same_columns(i);
      rows.push_back(tables_[i]->rows());
    }
    Table table;
    add_foreach(tables_, rows, table);
    for (std::size_t c = 0; c < tables_[0]->columns().size(); ++c) {
      context.check_cancelled();
      const Table::Column& column = tables_[0]->columns()[c];
      table.add(column.name, below_each_other(c), column.categories);
    }
    table_.set(std::move(table));
  }

 private:
  void require_same_columns(std::size_t i) const {
    const auto shown = [](const Table& table) {
      std::vector<std::string> columns;
      for (const Table::Column& column : table.columns())
        columns.push_back(fmt::format("{} ({}{})", column.name, name(column.values.dtype()),
                                      column.categories.empty() ? "" : ", texts"));
      return fmt::format("{}", fmt::join(columns, ", "));
    };
    bool same = tables_[i]->columns().size() == tables_[0]->columns().size();
    for (std::size_t c = 0; same && c < tables_[0]->columns().size(); ++c) {
      const Table::Column &a = tables_[0]->columns()[c], &b = tables_[i]->columns()[c];
      same =
          a.name == b.name && a.values.dtype() == b.values.dtype() && a.categories == b.categories;
    }
    if (!same)
      throw Error(
          fmt::format("input 'tables.{}' has the columns {}, and input 'tables.0' {}; "
                      "expected the same",
                      i, shown(*tables_[i]), shown(*tables_[0])));
  }

  Array below_each_other(std::size_t c) const {
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < tables_.size(); ++i) rows += tables_[i]->rows();
    Array values(tables_[0]->columns()[c].values.dtype(), {rows});
    auto* to = static_cast<std::byte*>(values.mutable_data());
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      const Array& part = tables_[i]->columns()[c].values;
      if (part.bytes() > 0) std::memcpy(to, part.data(), part.bytes());
      to += part.bytes();
    }
    return values;
  }

  InputList<Table> tables_;
  Output<Table> table_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.gather_tables", pipeline::data::GatherTables);
