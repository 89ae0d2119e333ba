#include "run/csv.h"

#include <catch2/catch.hpp>

using namespace pipeline;

TEST_CASE("A table is written as comma-separated values, numbers to be read back as they were") {
  Table table;
  table.add("epoch", Array::of<std::int64_t>({1, 2}));
  table.add("loss", Array::of<double>({0.1, 1.0 / 3}));
  table.add("a \"b\", c", Array::of<float>({0.1f, -2.0f}));
  table.add("class", Array::of<std::uint8_t>({65, 7}));
  CHECK(run::csv_of(table) ==
        "epoch,loss,\"a \"\"b\"\", c\",class\n"
        "1,0.1,0.1,65\n"
        "2,0.3333333333333333,-2,7\n");
}

TEST_CASE("A column of texts is written as its texts") {
  Table table;
  table.add("model", Array::of<std::int64_t>({1, 0, 1}), {"small", "a, \"b\""});
  table.add("loss", Array::of<double>({1, 2.5, 3}));
  CHECK(run::csv_of(table) ==
        "model,loss\n"
        "\"a, \"\"b\"\"\",1\n"
        "small,2.5\n"
        "\"a, \"\"b\"\"\",3\n");
}

TEST_CASE("A table without rows is its names") {
  CHECK(run::csv_of(Table()).empty());
  Table table;
  table.add("x", Array::of<double>({}));
  CHECK(run::csv_of(table) == "x\n");
}
