#include "cli/screen.h"

#include <catch2/catch.hpp>

using pipeline::cli::Screen;

namespace {

constexpr Screen::Size kSize{20, 6};

/// What a terminal is told before anything is drawn: nothing, or to erase so many rows.
std::string erasing(int rows) { return "\033[" + std::to_string(rows) + "F\033[J"; }

}  // namespace

TEST_CASE("Lines below are drawn in the place of the last ones, the last of them faintly") {
  Screen screen;
  CHECK(screen.draw("", {"bar", "1/2"}, kSize) == "bar\n\033[2m1/2\033[0m\n");
  CHECK(screen.draw("done\n", {"2/2"}, kSize) == erasing(2) + "done\n\033[2m2/2\033[0m\n");
  CHECK(screen.draw("end\n", {}, kSize) == erasing(1) + "end\n");
  CHECK(screen.draw("more\n", {}, kSize) == "more\n");
}

TEST_CASE("No line below is as wide as the terminal, and there are fewer than its rows") {
  Screen screen;
  CHECK(screen.draw("", {"0123456789", "░░░░░░░░░░"}, {6, 24}) == "01234\n\033[2m░░░░░\033[0m\n");
  CHECK(screen.draw("", {"a", "b", "c", "d"}, {6, 4}) == erasing(2) + "a\nb\n\033[2md\033[0m\n");
}

TEST_CASE("Lines that a narrower terminal has wrapped are erased as the rows that they take") {
  Screen screen;
  screen.draw("", {"0123456789", "ab"}, kSize);
  CHECK(screen.draw("", {"ab"}, {4, 6}) == erasing(3 + 1) + "\033[2mab\033[0m\n");
  // Never more than there is.
  screen.draw("", {"0123456789", "0123456789"}, kSize);
  CHECK(screen.draw("", {}, {4, 4}) == erasing(3));
}

TEST_CASE("What others have written meanwhile is not erased") {
  Screen screen;
  screen.draw("", {"bar", "1/2"}, kSize);
  screen.forget();
  CHECK(screen.draw("", {"bar", "1/2"}, kSize) == "bar\n\033[2m1/2\033[0m\n");
}
