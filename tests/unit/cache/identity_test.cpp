#include "cache/identity.h"

#include <catch2/catch.hpp>

#include "unit/cache/forked.h"

namespace pipeline::cache {

using testing::Forked;

TEST_CASE("a process has a name that its children do not have, and a kernel one") {
  CHECK(process_id().size() == 32);
  CHECK(process_id() == process_id());
  CHECK(boot_id().size() == 32);
  const std::string mine = process_id();
  Forked child([&] { return process_id() != mine; });
  CHECK(child.wait() == 0);
}

}  // namespace pipeline::cache
