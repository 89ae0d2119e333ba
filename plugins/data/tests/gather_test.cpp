#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using pipeline::testing::StageRun;

namespace {

testing::Components components;

Table table_of(StageRun& run) { return ArtifactCodec<Table>::decode(run.run().at("table")); }

StageRun gather(const Value::List& columns) {
  return StageRun(components, "data.gather", {{"columns", columns}});
}

Artifact table(std::vector<std::int64_t> epochs, std::vector<double> losses) {
  Table made;
  made.add("epoch", Array::of(epochs));
  made.add("loss", Array::of(losses));
  Artifact artifact = ArtifactCodec<Table>::encode(std::move(made));
  artifact.type = "table";
  return artifact;
}

Array scalar(double value) { return Array::scalar(value); }

}  // namespace

TEST_CASE("Scalars of a foreach are a table with its values in front, in its order") {
  StageRun run = gather({"loss", "n_iter"});
  const std::vector<std::pair<int, int>> points = {{10, 2}, {10, 1}, {2, 2}};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ForeachValues foreach = {{"latent", points[i].first}, {"seed", points[i].second}};
    run.item("loss", scalar(0.5 * double(i)), foreach);
    run.item("n_iter", Array::scalar(std::int32_t(100 + i)), foreach);
  }
  const Table found = table_of(run);
  std::vector<std::string> names;
  for (const Table::Column& column : found.columns()) names.push_back(column.name);
  CHECK(names == std::vector<std::string>{"latent", "seed", "loss", "n_iter"});
  CHECK(values<std::int64_t>(found.column("latent")) == std::vector<std::int64_t>{10, 10, 2});
  CHECK(values<std::int64_t>(found.column("seed")) == std::vector<std::int64_t>{2, 1, 2});
  CHECK(values<double>(found.column("loss")) == std::vector<double>{0, 0.5, 1});
  CHECK(values<std::int32_t>(found.column("n_iter")) == std::vector<std::int32_t>{100, 101, 102});
}

TEST_CASE("Values of a foreach are numbers where all are, and else texts") {
  StageRun run = gather({"x"});
  run.item("x", scalar(1), {{"rate", 1}, {"model", "small"}, {"mixed", 2}, {"deep", true}});
  run.item("x", scalar(2), {{"rate", 0.5}, {"model", "big"}, {"mixed", "none"}, {"deep", false}});
  run.item("x", scalar(3), {{"rate", 2}, {"model", "small"}, {"mixed", 2}, {"deep", nullptr}});
  const Table found = table_of(run);
  CHECK(values<double>(found.column("rate")) == std::vector<double>{1, 0.5, 2});
  using Texts = std::vector<std::string>;
  CHECK(found.at("model").categories == Texts{"small", "big"});
  CHECK(values<std::int64_t>(found.column("model")) == std::vector<std::int64_t>{0, 1, 0});
  CHECK(found.at("mixed").categories == Texts{"2", "none"});
  CHECK(found.at("deep").categories == Texts{"true", "false", "null"});
  CHECK(found.at("rate").categories.empty());
}

TEST_CASE("Tables of a foreach stand below each other") {
  StageRun run(components, "data.gather_tables");
  run.item("tables", table({1, 2}, {0.5, 0.25}), {{"seed", 7}});
  run.item("tables", table({1, 2, 3}, {4, 3, 2}), {{"seed", 3}});
  run.item("tables", table({}, {}), {{"seed", 5}});
  const Table found = table_of(run);
  CHECK(values<std::int64_t>(found.column("seed")) == std::vector<std::int64_t>{7, 7, 3, 3, 3});
  CHECK(values<std::int64_t>(found.column("epoch")) == std::vector<std::int64_t>{1, 2, 1, 2, 3});
  CHECK(values<double>(found.column("loss")) == std::vector<double>{0.5, 0.25, 4, 3, 2});
}

TEST_CASE("What cannot be one table is refused, before anything runs where that can be known") {
  const auto early = [](StageRun& run) { return message_of([&] { run.preflight(); }); };
  StageRun none = gather({});
  CHECK(early(none) == "parameter 'columns' is empty; name what is gathered, such as [loss]");
  StageRun array = gather({"loss"});
  CHECK(message_of([&] {
          array.item("loss", Array::of<double>({1, 2}));
        }) == "input 'loss.0' takes array of a scalar, got f64 array of 2");
  StageRun alone = gather({"loss"});
  alone.item("loss", scalar(1), {{"seed", 1}}).item("loss", scalar(2));
  CHECK(early(alone) ==
        "input 'loss.1' is of a stage without foreach, so that its row would have no values to "
        "tell it by; name stages of a foreach: stage@*.port");
  StageRun others = gather({"loss"});
  others.item("loss", scalar(1), {{"seed", 1}, {"latent", 2}})
      .item("loss", scalar(2), {{"seed", 1}});
  CHECK(early(others) ==
        "input 'loss.1' is of a foreach over seed, and input 'loss.0' of one over seed, latent; "
        "one table takes the stages of foreachs with equal names");
  StageRun types = gather({"loss"});
  types.item("loss", scalar(1), {{"seed", 1}}).item("loss", Array::scalar(2.0f), {{"seed", 2}});
  CHECK(early(types) ==
        "input 'loss.1' is f32, and input 'loss.0' is f64: a column has numbers of one type");
  StageRun counts = gather({"a", "b"});
  counts.item("a", scalar(1), {{"s", 1}})
      .item("a", scalar(1), {{"s", 2}})
      .item("b", scalar(1), {{"s", 1}});
  CHECK(early(counts) == "input 'b' has 1 items, and input 'a' 2; expected as many");
  StageRun order = gather({"a", "b"});
  order.item("a", scalar(1), {{"s", 1}}).item("b", scalar(1), {{"s", 2}});
  CHECK(early(order) ==
        "input 'b.0' and input 'a.0' are of stages with other values of the foreach; expected the "
        "same, row by row");
  StageRun taken = gather({"seed"});
  taken.item("seed", scalar(1), {{"seed", 1}});
  CHECK(early(taken) ==
        "column 'seed' has the name of one of the foreach's: seed; give the foreach another");
  StageRun tables(components, "data.gather_tables");
  tables.item("tables", table({1}, {1}), {{"s", 1}});
  Table other;
  other.add("epoch", Array::of<double>({1}));
  Artifact artifact = ArtifactCodec<Table>::encode(std::move(other));
  artifact.type = "table";
  tables.item("tables", std::move(artifact), {{"s", 2}});
  CHECK(message_of([&] { tables.run(); }) ==
        "input 'tables.1' has the columns epoch (f64), and input 'tables.0' epoch (i64), loss "
        "(f64); expected the same");
}
