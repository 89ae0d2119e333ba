#include "pipeline/nn/callback.h"

#include <cmath>

#include "pipeline/error.h"

namespace pipeline::nn {

std::int64_t History::epochs() const {
  return columns_.empty() ? 0 : std::int64_t(columns_.front().values.size());
}

const History::Column& History::column(std::string_view name) const {
  std::vector<std::string> names;
  for (const Column& column : columns_) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  throw Error("the training has no figure '" + std::string(name) + "'" + suggestion(name, names));
}

void Monitor::declare(Declaration& d) {
  d.param("monitor", name_, "the figure of the history that is watched");
  d.param("mode", mode_, "whether less is better or more; auto: as the figure has it")
      .choices({"auto", "min", "max"});
  d.param("min_delta", min_delta_, "what is better by no more than this is not better").at_least(0);
}

bool Monitor::more_is_better(const History& history) const {
  return mode_ == "auto" ? history.column(name_).more_is_better : mode_ == "max";
}

bool Monitor::is_better(const History& history, double value, double than) const {
  if (std::isnan(value)) return false;
  if (std::isnan(than)) return true;
  return more_is_better(history) ? value - min_delta_ > than : value + min_delta_ < than;
}

std::int64_t Monitor::best_epoch(const History& history, std::int64_t from) const {
  const std::vector<double>& values = history.column(name_).values;
  double best = std::nan("");
  std::int64_t epoch = -1;
  for (std::size_t i = std::size_t(from); i < values.size(); ++i)
    if (is_better(history, values[i], best)) best = values[i], epoch = std::int64_t(i);
  return epoch;
}

}  // namespace pipeline::nn
